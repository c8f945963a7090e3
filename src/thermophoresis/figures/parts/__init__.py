"""What several kinds of figures, or one large one, are made of."""
