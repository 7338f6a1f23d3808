# ruff: noqa: RUF001 - the look-alike letters of other scripts are the point of this table
"""Every name of the invented shop: native spelling first, then the Latin ones in use.

Plain data. A name is one string, its spellings separated by `|`; a single spelling is used
everywhere. The first spelling is what the person writes, the others are what a till, a call centre
or an app makes of it. Family names are such that women and men bear the same form.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NAMES", "Names"]


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one country; each string holds spellings separated by `|`."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    families: tuple[str, ...]
    family_first: bool = False
    """The family name stands before the given name in the native spelling."""


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NAMES: dict[str, Names] = {
    "DE": Names(
        women=_split(
            "Anna Katharina|Kathi Sabine Monika Claudia Julia Lena Greta Heike Ursula|Uschi Birgit "
            "Jana Käthe|Kaethe Johanna|Hanna Friederike|Rike Margarete|Grete Silke Antje Theresa"
        ),
        men=_split(
            "Thomas|Tom Andreas Jürgen|Juergen Stefan Wolfgang Matthias Jörg|Joerg Lukas Felix "
            "Sebastian|Basti Uwe Maximilian|Max Björn|Bjoern Holger Tobias Benedikt Moritz Günther|"
            "Guenther Karsten Dieter"
        ),
        families=_split(
            "Müller|Mueller Schröder|Schroeder Weiß|Weiss Köhler|Koehler Schäfer|Schaefer Vogel "
            "Brandt Lindner Krüger|Krueger Böhm|Boehm Hartmann Seidel Pfeiffer Albrecht Groß|Gross "
            "Jäger|Jaeger Winkler Ebert Franke Ziegler Kuhn Otto Reinhardt Ludwig Busch Arnold "
            "Kaiser Möller|Moeller Dietrich Haas Wendt Petersen Thiel Sauer Rother Kramm Holtz"
        ),
    ),
    "GB": Names(
        women=_split(
            "Elizabeth|Liz Margaret|Maggie Charlotte Emily Harriet Catherine|Kate Imogen Rebecca|"
            "Becky Susan|Sue Gemma Philippa|Pippa Alison Beatrice Florence"
        ),
        men=_split(
            "William|Bill Robert|Bob James|Jim Oliver Edward|Ted Graham Nigel Christopher|Chris "
            "Thomas|Tom Richard|Dick Alistair Callum Henry|Harry Duncan"
        ),
        families=_split(
            "Ashworth Whitfield Pemberton Hughes Barrow O'Neill|ONeill Fairclough Thornton Marsh "
            "Holloway Kershaw Lockwood Bright Stanton Winslow Redfern Garside Tolley Penrose Hale"
        ),
    ),
    "US": Names(
        women=_split(
            "Jennifer|Jen Patricia|Pat Madison Abigail|Abby Deborah|Debbie Ashley Samantha|Sam "
            "Victoria|Vicky Kimberly|Kim Grace Hailey Dorothy"
        ),
        men=_split(
            "Michael|Mike Joseph|Joe Anthony|Tony Benjamin|Ben Daniel|Dan Nathaniel|Nate Tyler "
            "Gregory|Greg Lawrence|Larry Brandon Samuel|Sam Walter"
        ),
        families=_split(
            "Caldwell Hutchinson Mercer Donovan Sandoval Whitaker McKenna|Mckenna Ferris Boone "
            "Langley Prescott Avery Kessler Rowland Dalton Beckett Ramsey Crane Holt Norwood"
        ),
    ),
    "ES": Names(
        women=_split(
            "María|Maria Lucía|Lucia Concepción|Concha Dolores|Lola Inés|Ines Rocío|Rocio Begoña|"
            "Begona Pilar Francisca|Paca Nuria Sofía|Sofia Mercedes"
        ),
        men=_split(
            "José|Pepe Francisco|Paco Álvaro|Alvaro Íñigo|Inigo Jesús|Jesus Andrés|Andres Ramón|"
            "Ramon Ignacio|Nacho Joaquín|Joaquin Sergio Tomás|Tomas Rubén|Ruben"
        ),
        families=_split(
            "García|Garcia Núñez|Nunez Ibáñez|Ibanez Muñoz|Munoz Peña|Pena Gutiérrez|Gutierrez "
            "Vázquez|Vazquez Domínguez|Dominguez Herrera Cañizares|Canizares Ortega Lozano Zúñiga|"
            "Zuniga Serrano Montoya Aguilar"
        ),
    ),
    "PL": Names(
        women=_split(
            "Małgorzata|Gosia Katarzyna|Kasia Agnieszka|Aga Łucja|Lucja Zofia Bożena|Bozena "
            "Joanna|Asia Elżbieta|Ela Grażyna|Grazyna Wiktoria Urszula"
        ),
        men=_split(
            "Łukasz|Lukasz Paweł|Pawel Michał|Michal Wojciech|Wojtek Krzysztof|Krzysiek Stanisław|"
            "Stanislaw Jakub|Kuba Grzegorz Błażej|Blazej Tomasz|Tomek Rafał|Rafal"
        ),
        families=_split(
            "Wójcik|Wojcik Kaczmarek Zając|Zajac Król|Krol Wróbel|Wrobel Stępień|Stepien Łuczak|"
            "Luczak Bąk|Bak Żak|Zak Mróz|Mroz Pawlak Sikora Szewczyk Walczak Cieślak|Cieslak Gołąb|"
            "Golab"
        ),
    ),
    "UA": Names(
        women=_split(
            "Наталія|Nataliia|Natalia Оксана|Oksana Ірина|Iryna|Irina Юлія|Yuliia|Julia Світлана|"
            "Svitlana|Svetlana Катерина|Kateryna|Katya Людмила|Liudmyla|Ludmila Олена|Olena|Elena "
            "Тетяна|Tetiana|Tatiana Ганна|Hanna|Anna Марія|Mariia|Maria"
        ),
        men=_split(
            "Олександр|Oleksandr|Alexander Андрій|Andrii|Andriy Сергій|Serhii|Sergiy Дмитро|Dmytro|"
            "Dmitro Володимир|Volodymyr|Volodimir Юрій|Yurii|Yuriy Михайло|Mykhailo|Mihailo Богдан|"
            "Bohdan|Bogdan Тарас|Taras Ігор|Ihor|Igor Євген|Yevhen|Evgen"
        ),
        families=_split(
            "Шевченко|Shevchenko Коваленко|Kovalenko Ткачук|Tkachuk Бондаренко|Bondarenko Мельник|"
            "Melnyk|Melnik Кравчук|Kravchuk Гончар|Honchar|Gonchar Лисенко|Lysenko Поліщук|"
            "Polishchuk Савчук|Savchuk Руденко|Rudenko Мороз|Moroz Захарчук|Zakharchuk Вовк|Vovk "
            "Литвин|Lytvyn|Litvin Щербак|Shcherbak"
        ),
    ),
    "TR": Names(
        women=_split(
            "Ayşe|Ayse Işıl|Isil Çiğdem|Cigdem Gülşen|Gulsen Şule|Sule Özlem|Ozlem Zeynep Elif "
            "Müge|Muge Nurgül|Nurgul"
        ),
        men=_split(
            "İbrahim|Ibrahim Çağlar|Caglar Oğuz|Oguz Yiğit|Yigit Mehmet Şükrü|Sukru Ömer|Omer "
            "İsmail|Ismail Hüseyin|Huseyin Barış|Baris"
        ),
        families=_split(
            "Yılmaz|Yilmaz Çelik|Celik Öztürk|Ozturk Şahin|Sahin Kılıç|Kilic Aydın|Aydin Doğan|"
            "Dogan Güneş|Gunes Işık|Isik Erdoğdu|Erdogdu Koç|Koc Demirtaş|Demirtas"
        ),
    ),
    "IR": Names(
        women=_split(
            "فاطمه|Fatemeh|Fatima مریم|Maryam زهرا|Zahra نرگس|Narges شیرین|Shirin لیلا|Leila|Leyla "
            "پریسا|Parisa نیلوفر|Niloufar|Niloofar مهسا|Mahsa"
        ),
        men=_split(
            "محمد|Mohammad|Mohamad رضا|Reza حسین|Hossein|Hosein مهدی|Mahdi|Mehdi کامران|Kamran "
            "بهرام|Bahram داریوش|Dariush|Daryoush سعید|Saeed|Saeid فرهاد|Farhad"
        ),
        families=_split(
            "کریمی|Karimi رستمی|Rostami جعفری|Jafari شریفی|Sharifi نوری|Nouri|Noori صادقی|Sadeghi "
            "باقری|Bagheri کاظمی|Kazemi مرادی|Moradi یزدانی|Yazdani طاهری|Taheri"
        ),
    ),
    "AE": Names(
        women=_split(
            "فاطمة|Fatima|Fatma عائشة|Aisha|Ayesha مريم|Mariam|Maryam نورة|Noura|Nora ليلى|Layla|"
            "Leila سلمى|Salma هند|Hind"
        ),
        men=_split(
            "محمد|Mohammed|Muhammad أحمد|Ahmed|Ahmad خالد|Khalid|Khaled سلطان|Sultan يوسف|Yousef|"
            "Yusuf طارق|Tariq|Tarek عمر|Omar"
        ),
        families=_split(
            "المنصوري|Al-Mansoori|Almansouri الشامسي|Al-Shamsi|Alshamsi الكعبي|Al-Kaabi|"
            "Alkaabi السويدي|Al-Suwaidi|Alsuwaidi النعيمي|Al-Nuaimi|Alnuaimi حداد|Haddad "
            "خوري|Khoury|Khouri صالح|Saleh|Salih"
        ),
    ),
    "CN": Names(
        women=_split(
            "秀英|Xiuying 丽娟|Lijuan 晓燕|Xiaoyan 雪梅|Xuemei 静怡|Jingyi 春兰|Chunlan "
            "美玲|Meiling 玉珍|Yuzhen 佳慧|Jiahui"
        ),
        men=_split(
            "小明|Xiaoming 建国|Jianguo 志强|Zhiqiang 俊杰|Junjie 国栋|Guodong 海涛|Haitao "
            "文博|Wenbo 家豪|Jiahao 子轩|Zixuan"
        ),
        families=_split(
            "王|Wang 李|Li 张|Zhang 刘|Liu 陈|Chen 杨|Yang 赵|Zhao 黄|Huang 周|Zhou 吴|Wu 徐|Xu "
            "孙|Sun 马|Ma 朱|Zhu 胡|Hu 郭|Guo 何|He 林|Lin 罗|Luo 郑|Zheng"
        ),
        family_first=True,
    ),
}
