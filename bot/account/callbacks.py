"""Buttons of registration, signing in and the profile."""

from aiogram.filters.callback_data import CallbackData


class AccountAction(CallbackData, prefix="ac"):
    """register, take_name, step (back to a question by name), sign_in, proof, resend, fix,
    profile, edit (a field by name), quiet (hours by name), notices, mute, unmute, sign_out,
    sign_out_sure; photo, photo_drop; devices, device_out (a chat by name), others_out; data,
    export, leave, leave_sure, keep."""

    verb: str
    name: str = ""


class Place(CallbackData, prefix="pl"):
    """A country or a time zone: page, take. In registration and in the profile alike."""

    kind: str
    verb: str
    value: str = ""
    page: int = 0
