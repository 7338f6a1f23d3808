# ruff: noqa: RUF001 - the look-alike letters of other scripts are the point of this table
"""Where the customers of the invented shop live, and how numbers look there.

Plain data. Street, town and number plans are shapes: no address or number is taken from anyone.
In a postal code or number, `#` is any digit and `+` any digit but zero.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PLACES", "Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """One country: its share of the customers, its towns and streets, its number plan."""

    share: int
    code: str
    """Country calling code without the plus."""
    trunk: str
    """What stands before a number dialled inside the country."""
    mobile: tuple[str, ...]
    landline: tuple[str, ...]
    postal_code: str
    towns: tuple[str, ...]
    streets: tuple[str, ...]
    domains: tuple[str, ...]
    """Mail providers; all but Gmail are invented."""


_WORLD = ("gmail.com", "gmail.com", "mailbox.example", "post.example")

PLACES: dict[str, Place] = {
    "DE": Place(
        44, "49", "0",
        ("151+#######", "160+######", "171+######", "176+#######"),
        ("30+#######", "40+#######", "89+#######", "341+######", "221+######"),
        "+####",
        ("Berlin", "Hamburg", "München", "Köln", "Leipzig", "Görlitz", "Lüneburg", "Bamberg"),
        ("Lindenstraße", "Gartenweg", "Bahnhofstraße", "Am Mühlbach", "Schillerplatz",
         "Goethestraße", "Kirchgasse", "Birkenallee"),
        ("briefkasten.example", "post.example", "gmail.com", "netzpost.example"),
    ),
    "GB": Place(
        9, "44", "0", ("7400+#####", "7500+#####"), ("20 7+######", "161 4+#####", "131 5+#####"),
        "M+ #AB",
        ("London", "Manchester", "Edinburgh", "York"),
        ("Mill Lane", "Church Road", "Victoria Street", "The Crescent"),
        _WORLD,
    ),
    "US": Place(
        7, "1", "", ("201 55+####", "312 77+####", "415 63+####"), ("212 66+####", "617 44+####"),
        "+####",
        ("Chicago", "Boston", "San Francisco", "Jersey City"),
        ("Oak Street", "Maple Avenue", "Lake Drive", "2nd Street"),
        _WORLD,
    ),
    "ES": Place(
        7, "34", "", ("612+#####", "655+#####", "689+#####"), ("91+######", "93+######"),
        "28###",
        ("Madrid", "Málaga", "Cádiz", "A Coruña"),
        ("Calle Mayor", "Calle del Río", "Avenida de España", "Plaza Nueva"),
        ("correo.example", "gmail.com", "buzon.example"),
    ),
    "PL": Place(
        8, "48", "", ("512+#####", "601+#####", "790+#####"), ("22+######", "12+######"),
        "##-###",
        ("Kraków", "Łódź", "Wrocław", "Gdańsk"),
        ("ulica Długa", "ulica Polna", "aleja Róż", "ulica Łąkowa"),
        ("poczta.example", "gmail.com", "skrzynka.example"),
    ),
    "UA": Place(
        8, "380", "0", ("50+######", "67+######", "93+######"), ("44+######", "32+######"),
        "#####",
        ("Київ", "Львів", "Харків", "Одеса"),
        ("вулиця Шкільна", "вулиця Садова", "проспект Миру", "вулиця Лісова"),
        ("poshta.example", "gmail.com", "skrynka.example"),
    ),
    "TR": Place(
        6, "90", "0", ("501+######", "532+######", "542+######"), ("212+######", "312+######"),
        "3####",
        ("İstanbul", "İzmir", "Muğla", "Eskişehir"),
        ("Çiçek Sokak", "Bağdat Caddesi", "Gül Sokağı", "Atatürk Bulvarı"),
        ("posta.example", "gmail.com"),
    ),
    "IR": Place(
        4, "98", "0", ("912+######", "935+######"), ("21+#######", "31+#######"),
        "+#########",
        ("تهران", "شیراز", "اصفهان"),
        ("خیابان بهار", "کوچه گلستان", "خیابان دریا"),
        ("nameh.example", "gmail.com"),
    ),
    "AE": Place(
        3, "971", "0", ("50+######", "55+######"), ("42######", "43######"),
        "00000",
        ("دبي", "أبوظبي", "الشارقة"),
        ("شارع النخيل", "شارع الواحة", "شارع الميناء"),
        ("bareed.example", "gmail.com"),
    ),
    "CN": Place(
        4, "86", "0", ("131########", "138########", "186########"), ("10+#######", "21+#######"),
        "######",
        ("北京", "上海", "成都", "杭州"),
        ("人民路", "解放路", "中山路", "西湖大道"),
        ("youxiang.example", "gmail.com"),
    ),
}  # fmt: skip
