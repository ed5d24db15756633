"""The line of rooms a model passes through; pure; stages never import each other."""
