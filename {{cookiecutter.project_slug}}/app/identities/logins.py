"""Log in with a provider: send the browser there, and handle its return.

A log-in is finished once, in the browser in which it began. The provider returns the state and the
browser the secret of its cookie; both together name one document, which is removed atomically: of
many answers at once, at any process, one continues (RFC 9700 section 4.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Final

from app.accounts import known_places, sessions
from app.accounts import service as accounts
from app.accounts.callers import Proven
from app.accounts.errors import WrongCredentialsError
#: if cookiecutter.mail
from app.accounts.languages import Language
#: endif
from app.accounts.models import stored_accounts
#: if cookiecutter.second_factor
from app.audit import recording
#: endif
from app.database.documents import derived_id, utc_now
from app.errors import MalformedRequestError, StaleLoginError
from app.extensions import settings
from app.identities import providers, service
from app.identities.errors import LoginRefusedError, LoginStateError
from app.identities.models import PendingLogin
from app.identities.providers.provider import Answer, Secrets
#: if cookiecutter.second_factor
from app.second_factor.checking import has_second_factor
from app.second_factor.errors import SecondFactorOnError, SecondFactorRequiredError
#: endif
from app.security_events import Event

if TYPE_CHECKING:
    from uuid import UUID

    from app.accounts.callers import Caller
    from app.tokens import TokenPair

# Long enough for whatever a provider asks for.
LOGIN_SECONDS: Final = 600
_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and the secret that it keeps until it comes back."""

    authorization_url: str
    state: str
    browser_secret: str


@dataclass(frozen=True, slots=True)
class Return:
    """What a browser comes back with (RFC 6749 section 4.1.2)."""

    state: str | None = None
    code: str | None = None
    issuer: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Browser:
    """What a browser brings that comes back: the secret of its cookie, and what it is."""

    secret: str | None
    address: str
    user_agent: str = ""
    #: if cookiecutter.mail
    # In which a new account is written to.
    language: Language = Language.ENGLISH
    #: endif


def begin(provider_name: str, caller: Caller | None = None) -> Begun:
    """Begin a log-in, or for a *caller* the linking of their account.

    Raises NotFoundError, and ProviderUnavailableError before anything is stored.
    """
    provider = providers.find(provider_name)
    secrets = Secrets(*(token_urlsafe(_SECRET_BYTES) for _ in range(3)))
    url = provider.begin(secrets)
    PendingLogin(
        id=_id_for(secrets.state),
        provider=provider.name,
        browser=_browser_for(secrets.verifier),
        nonce=secrets.nonce,
        expires_at=utc_now() + timedelta(seconds=LOGIN_SECONDS),
        account=caller and caller.account_id,
        credential_version=caller and caller.credential_version,
        session_id=caller and caller.session_id,
    ).save(force_insert=True)
    return Begun(url, secrets.state, secrets.verifier)


def begin_link(caller: Caller, provider_name: str, password: str, *, is_of_log_in: bool) -> Begun:
    """Begin to link the caller's account, after a proof of identity stronger than the token.

    Otherwise a token that was stolen for minutes would give access for ever. Raises
    WrongPasswordError, LoginJailedError, and StaleLoginError where there is no password.
    """
    providers.find(provider_name)
    #: if cookiecutter.second_factor
    if caller.has_second_factor:
        raise SecondFactorOnError
    #: endif
    account = accounts.find(caller)
    if account.password_hash:
        accounts.confirm_password(account, password, caller.session_id)
    elif not is_of_log_in:
        raise StaleLoginError(settings.LOGIN_FRESH_SECONDS)
    return begin(provider_name, caller)


def finish(provider_name: str, returned: Return, browser: Browser) -> TokenPair:
    """Return a new session of whoever the provider says came back.

    Raises NotFoundError, LoginStateError, LoginRefusedError, ProviderUnavailableError, and what
    find_or_create() and link() raise.
    """
    provider = providers.find(provider_name)
    pending = _take(provider.name, returned.state, browser.secret)
    if returned.error is not None:
        # Its text comes from the provider, or from anybody who wrote the address.
        message = f"{provider.name} sent the browser back with an error"
        raise LoginRefusedError(message)
    if not returned.code:
        raise MalformedRequestError
    secrets = Secrets(returned.state or "", browser.secret or "", pending.nonce)
    proof = provider.prove(Answer(returned.code, returned.issuer), secrets)
    if pending.account is None:
        #: if cookiecutter.mail
        proven = service.find_or_create(provider.name, proof, browser.language)
        #: else
        proven = service.find_or_create(provider.name, proof)
        #: endif
        #: if cookiecutter.second_factor
        # A provider is one factor alone. One that is set up after this look ends this log-in.
        if has_second_factor(proven.account_id):
            recording.record(Event.CODE_MISSING, proven.account_id)
            raise SecondFactorRequiredError
        #: endif
    else:
        version = pending.credential_version or 0
        proven = Proven(pending.account.pk, version, pending.session_id)
        service.link(proven, provider.name, proof)
    # If the account's credentials changed since the log-in began, it is invalid too.
    not_since = {"credentialsEndedAt": {"$not": {"$gte": pending.created_at}}}
    try:
        pair = sessions.open_session(proven, browser.user_agent, Event.LOGIN_SUCCEEDED, **not_since)
    except WrongCredentialsError as error:
        raise LoginRefusedError("the account has ended this log-in since") from error
    _arrive(proven.account_id, browser)
    return pair


def _arrive(account_id: UUID, browser: Browser) -> None:
    record = stored_accounts().find_one({"_id": account_id}, dict.fromkeys(known_places.READ, 1))
    if record is not None:
        known_places.arrive(record, browser)


def _take(provider_name: str, state: str | None, browser_secret: str | None) -> PendingLogin:
    """Remove and return the pending log-in; with another browser's secret it stays."""
    if not state or not browser_secret:
        raise LoginStateError
    pending = PendingLogin.objects(
        id=_id_for(state),
        browser=_browser_for(browser_secret),
        provider=provider_name,
        # MongoDB removes expired documents up to a minute late.
        expires_at__gt=utc_now(),
    ).modify(remove=True)
    if pending is None:
        raise LoginStateError
    return pending  # type: ignore[no-any-return]  # mongoengine has no types


def _id_for(state: str) -> UUID:
    return derived_id("pending_logins", state)


def _browser_for(secret: str) -> UUID:
    return derived_id("pending_logins.browser", secret)
