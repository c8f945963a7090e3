"""From run files to curves, and from curves to statements about them."""
