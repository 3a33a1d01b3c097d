"""Real data, delivered into a shop's landing folder as its retailer would."""
