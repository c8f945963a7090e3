"""What a reader opens first: the verdict on every claim, as a page, as Markdown and as text."""
