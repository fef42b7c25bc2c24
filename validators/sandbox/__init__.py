"""The one place that runs programs: confined, limited and bounded."""
