"""What columns are called: by Google, Outlook, Thunderbird, Yandex, 1C, shops' programs and people.

Signs and capitals do not count. A field's titles stand in steps: a column out of an earlier step
goes before one out of a later, so that a mobile number is taken before an office's.
"""

_TITLES = {
    "email": (
        "email|e mail|mail|почта|электронная почта|эл почта|электронный адрес|имейл|емейл|емэйл|"
        "мейл|e mail address|email address|адрес электронной почты|адрес эл почты|e mail 1 value|"
        "email 1 value|primary email|e mail адрес|адрес e mail|email контакта|основной email|"
        "адрес эп|эл адрес|электронная почта 1|e mail 1|email 1|контактный email|"
        "почтовый адрес электронный|e mail для рассылок|email клиента|почта клиента",
        "work email|рабочий email|рабочий e mail|рабочая почта|business email",
        "личный email|частный e mail|личный e mail|личная почта|home email|personal email|"
        "e mail 2 address|e mail 2 value|email 2 value|secondary email|адрес 2 эл почты|email 2|"
        "e mail 2|электронная почта 2|другой e mail|другой email|other email",
        "e mail 3 address|e mail 3 value|email 3 value|адрес 3 эл почты|email 3|e mail 3",
    ),
    "first_name": (
        "имя|first name|firstname|given name|имя клиента|имя контакта|name first|fname",
    ),
    "last_name": (
        "фамилия|last name|lastname|surname|family name|фамилия клиента|name last|lname",
    ),
    "name": (
        "фио|ф и о|имя и фамилия|фамилия имя|имя фамилия|полное имя|full name|fullname|"
        "фио клиента|фамилия имя отчество|контактное лицо|полное имя контакта|contact name|"
        "contact person",
        "name|display name|отображаемое имя|контакт|contact",
        "клиент|наименование|customer|client|file as|контрагент|покупатель",
    ),
    "phone": (
        "моб|моб тел|моб телефон|мобильный|мобильный телефон|сотовый|сотовый телефон|"
        "номер мобильного|mobile|mobile phone|mobile number|cell|cell phone|телефон переносной",
        "телефон|тел|номер телефона|phone|phone number|tel|telephone|phone 1 value|телефон 1|"
        "primary phone|основной телефон|контактный телефон|телефон клиента|номер",
        "business phone|work phone|рабочий телефон|рабочий прямой телефон",
        "home phone|домашний телефон|phone 2 value|телефон 2|other phone|другой телефон|"
        "business phone 2|телефон раб 2|home phone 2|телефон дом 2|phone 3 value",
    ),
    "tags": (
        "метки|метка|теги|тег|тэги|tags|tag|labels|label|группа|группы|group|groups|"
        "group membership|категория|категории|categories|category|сегмент|segment",
    ),
    "company": (
        "компания|организация|фирма|место работы|company|organization|organisation|"
        "organization name|organization 1 name|company name|org|компания контакта|"
        "название компании",
        "наименование|контрагент",
    ),
    "country": (
        "страна|country|country region|страна регион|address 1 country|страна или регион",
        "home country|home country region|страна или регион дом адрес|домашняя страна",
        "business country|business country region|work country|рабочая страна|"
        "страна или регион раб адрес",
    ),
    "city": (
        "город|населенный пункт|city|town|address 1 city|locality",
        "home city|город дом адрес|домашний город",
        "business city|work city|рабочий город|город раб адрес",
    ),
    "timezone": ("часовой пояс|таймзона|time zone|timezone|tz",),
    "language": ("язык|language|lang|locale",),
    "consent": (
        "согласие|откуда согласие|источник согласия|источник|consent|consent source|source|"
        "opt in source|где дано согласие",
    ),
    "consent_on": (
        "дата согласия|когда согласие|дата подписки|подписан с|consent date|opt in date|"
        "subscribed on|opt in time|optin time|confirm time",
    ),
    "comment": (
        "комментарий|комментарии|примечание|примечания|заметка|заметки|notes|note|comment|"
        "comments|описание|description|дополнительная информация",
    ),
}


ORDER = tuple(_TITLES)  # a column that could be two fields is the first of them


def _known() -> dict[str, dict[str, int]]:
    known: dict[str, dict[str, int]] = {}
    for field, steps in _TITLES.items():
        for step, titles in enumerate(steps):
            for title in titles.split("|"):
                known.setdefault(title, {}).setdefault(field, step)
    return known


KNOWN = _known()  # title -> field -> its step
