"""Mail that comes in: bounces, complaints, requests to unsubscribe."""
