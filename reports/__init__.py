"""Shows: the quality report and the dataset card."""
