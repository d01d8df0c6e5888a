"""What the service is made of: known vulnerabilities, licences, and a bill of materials (``python -m tests.audit``)."""
