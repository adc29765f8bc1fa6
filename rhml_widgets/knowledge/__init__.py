"""What both sides share: classes, their definitions, and the words that stand for them."""
