"""The token that the client sends: looked at before it is used, and told nowhere."""

import re

import httpx2
from huggingface_hub import get_token

from hwr.hub import HubError

PLAIN = re.compile(r"[\x21-\x7e]+")  # what a header may hold; of anything else the client's errors print the whole


def read() -> str | None:
    """The token of $HF_TOKEN, or of where `hf auth login` keeps it; None where nobody is logged in.

    Raises HubError for what can be no token.
    """
    try:
        token = get_token()
    except (OSError, ValueError) as error:
        raise HubError(f"the token can't be read ({type(error).__name__}); log in again with: hf auth login") from None
    if token is not None and not PLAIN.fullmatch(token):
        raise HubError(
            "the token that is set here holds spaces or other characters that no token has, it was not used; "
            "set HF_TOKEN again, or log in again with: hf auth login"
        )
    return token


def hide(text: str) -> str:
    """A text without the token."""
    token = get_token()
    for secret in {token, repr(token)[1:-1]} if token else ():  # some errors print it as Python would
        text = text.replace(secret, "…")
    return text


def line(error: Exception) -> str:
    """The first line of what the client's error says, or of what caused it, without the token."""
    said = error.__cause__ or error
    if isinstance(said, httpx2.LocalProtocolError):  # it may quote any header
        return type(said).__name__
    return hide((str(said).strip().splitlines() or [type(said).__name__])[0])
