"""The peer of the callback bench: WeRoBot, encrypted, echoing, without any database; gunicorn serves `app`."""

from werobot import WeRoBot

from benchmarks.account import AES_KEY, APP_ID, TOKEN

robot = WeRoBot(token=TOKEN, app_id=APP_ID, encoding_aes_key=AES_KEY, enable_session=False)


@robot.text  # type: ignore[untyped-decorator]
def echo(message: object) -> str:
    return str(getattr(message, "content", ""))


app = robot.wsgi
