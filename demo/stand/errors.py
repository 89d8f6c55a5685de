"""Refusals in Telegram's own words.

ApiError
├── BadRequest   400
├── Unauthorized 401
├── Forbidden    403
├── NotFound     404
├── Conflict     409
└── Flood        429, says when to come back
"""

from typing import Any


class ApiError(Exception):
    """What a method answers instead of a result."""

    code = 500
    prefix = "Internal Server Error"

    def __init__(self, reason: str = "", **parameters: Any) -> None:
        super().__init__(f"{self.prefix}: {reason}" if reason else self.prefix)
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The JSON that Telegram sends."""
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": str(self)}
        return answer | ({"parameters": self.parameters} if self.parameters else {})


class BadRequest(ApiError):
    code = 400
    prefix = "Bad Request"


class Unauthorized(ApiError):
    code = 401
    prefix = "Unauthorized"


class Forbidden(ApiError):
    code = 403
    prefix = "Forbidden"


class NotFound(ApiError):
    code = 404
    prefix = "Not Found"


class Conflict(ApiError):
    code = 409
    prefix = "Conflict"


class Flood(ApiError):
    code = 429
    prefix = "Too Many Requests"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"retry after {seconds}", retry_after=seconds)
