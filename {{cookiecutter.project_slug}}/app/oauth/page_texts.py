"""What the login and consent pages say, in each language that they speak."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "log_in_title": "Log in to continue to {client}",
        "log_in_lead": "{client} asks for access to your account. Your password stays here.",
        "email": "E-mail",
        "password": "Password",
        "log_in": "Log in",
        "wrong_title": "That did not work",
        "wrong": "E-mail or password is wrong.",
        "suspended": "This account is suspended.",
        #: if cookiecutter.mail
        "unconfirmed": "The address is not confirmed yet. Open the link in the letter that was "
        "sent there, and log in again.",
        #: endif
        "jailed": "Too many failed log-ins. Try again in {seconds} seconds.",
        "consent_title": "Let {client} in?",
        "consent_lead": "You are logged in as {email}. {client} wants to:",
        "consent_lasting": "This ends after {lasting} at most, or earlier if you end it.",
        "days": "{count} days",
        "hours": "{count} hours",
        "minutes": "{count} minutes",
        "consent_target": "Whatever you choose, you go on to {target}.",
        "allow": "Allow",
        "deny": "Do not allow",
        "refused_title": "This request cannot be answered",
        "refused": "The app sent a request that is not right. Nothing was shared with it.",
        "expired_title": "This page is out of date",
        "expired": "Go back to the app and begin again. Your browser has to accept cookies.",
        "request_id": "Request id",
    },
    "ko": {
        "log_in_title": "{client}(으)로 계속하려면 로그인하세요",
        "log_in_lead": "{client}에서 회원님의 계정에 접근하려고 합니다. "
        "비밀번호는 전달되지 않습니다.",
        "email": "이메일",
        "password": "비밀번호",
        "log_in": "로그인",
        "wrong_title": "로그인하지 못했습니다",
        "wrong": "이메일 또는 비밀번호가 맞지 않습니다.",
        "suspended": "이용이 정지된 계정입니다.",
        #: if cookiecutter.mail
        "unconfirmed": "아직 확인되지 않은 이메일 주소입니다. 받은 편지의 링크를 연 뒤 "
        "다시 로그인하세요.",
        #: endif
        "jailed": "로그인 실패가 너무 많습니다. {seconds}초 뒤에 다시 시도하세요.",
        "consent_title": "{client}의 접근을 허용할까요?",
        "consent_lead": "{email} 계정으로 로그인했습니다. {client}에서 요청하는 권한:",
        "consent_lasting": "이 접근 권한은 최대 {lasting} 동안 유지되며, "
        "그 전에 직접 끝낼 수 있습니다.",
        "days": "{count}일",
        "hours": "{count}시간",
        "minutes": "{count}분",
        "consent_target": "어느 쪽을 선택하든 {target}(으)로 이동합니다.",
        "allow": "허용",
        "deny": "허용 안 함",
        "refused_title": "처리할 수 없는 요청입니다",
        "refused": "앱이 보낸 요청이 올바르지 않습니다. 앱에는 아무것도 전달되지 않았습니다.",
        "expired_title": "페이지가 만료되었습니다",
        "expired": "앱으로 돌아가 다시 시작하세요. 브라우저에서 쿠키를 허용해야 합니다.",
        "request_id": "요청 ID",
    },
}
#: if cookiecutter.second_factor

WORDS["en"] |= {
    "code": "Code, if your account has a second factor",
    "code_hint": "From your authenticator app, or a recovery code.",
    "required": "Your account has a second factor: give its code, too.",
    "wrong": "E-mail, password or code is wrong.",
}
WORDS["ko"] |= {
    "code": "인증 코드(2단계 인증을 쓰는 계정)",
    "code_hint": "인증 앱에 표시된 코드 또는 복구 코드입니다.",
    "required": "2단계 인증을 쓰는 계정입니다. 인증 코드도 입력하세요.",
    "wrong": "이메일, 비밀번호 또는 인증 코드가 맞지 않습니다.",
}
#: endif
