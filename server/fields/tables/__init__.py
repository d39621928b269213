"""Line items and rows of tables."""
