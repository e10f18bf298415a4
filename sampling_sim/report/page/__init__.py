"""The report: one self-contained page that a review board decides by."""
