"""Line items and table rows."""
