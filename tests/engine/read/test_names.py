"""The words of two dozen languages lead to the right concept."""

# ruff: noqa: ISC004, RUF001  (words of many languages, line by line)

from __future__ import annotations

import pytest

from sameas.engine.read.detect import concept_of
from sameas.engine.read.names import concepts, snake, squeeze


@pytest.mark.parametrize(
    ("concept", "names"),
    [
        (
            "identifier:email",
            "E-Mail EmailAddress EMAIL_ADDRESS e_mail courriel Correo_electrónico Adres_e-mail"
            " Електронна_пошта Почта E-posta ایمیل 邮箱 電子郵件 work_email user.email"
            " context.traits.email traits.email emails E-Mail-Adresse Indirizzo_email E-postadress"
            " メールアドレス 이메일 Sähköposti email_id EmailId mail_id",
        ),
        (
            "identifier:phone",
            "Phone mobilePhone PHONE_NUMBER Handynummer Téléphone Teléfono Numer_telefonu Телефон"
            " Номер_телефону Cep_Telefonu تلفن_همراه 手机号 home_phone phone2 Telefone Cellulare"
            " 電話番号 휴대폰 Contact_No Puhelinnumero Tlf full_phone_num tele mob_no",
        ),
        (
            "trait:first_name",
            "First_Name given_name Vorname Prénom Ilk_Ad 名 PRIMARY_NAME_FIRST fname Voornaam"
            " Förnamn Fornavn Etunimi Prenume pat_first_name Keresztnév gname fn given",
        ),
        (
            "trait:last_name",
            "surname Nachname Nom_de_famille Apellidos Nazwisko Прізвище Фамилия Soyadı"
            " نام‌خانوادگی 姓 PRIMARY_NAME_LAST Cognome Achternaam Sobrenome Efternamn Příjmení"
            " Sukunimi Επώνυμο ln family res_last_name",
        ),
        ("trait:middle_name", "midl_name middle_initial mid_name"),
        ("trait:maiden_name", "MAIDEN maiden_name Geburtsname"),
        ("trait:suffix", "name_sufx_cd SUFFIX name_suffix_lbl"),
        ("trait:gender", "gender_code sex_code SEX gender_cd"),
        ("trait:age", "age AGE birth_age age_at_year_end Alter edad возраст 年齢 ikä"),
        ("trait:birth_place", "birth_place birth_state Geburtsort 出身地"),
        ("trait:state", "state_cd RESIDENTIAL_STATE state_code"),
        ("trait:street_number", "house_num HouseNumber street_no"),
        ("trait:street_2", "unit_number flat_no ADDRESS2 Apt"),
        ("trait:national_id", "nhs_number Aadhaar_Number NINO"),
        ("record_id", "MRN voter_reg_num EnterpriseID patient_id"),
        ("trait:birth_year", "birth_year YOB Geburtsjahr year_of_birth Год_рождения 出生年"),
        ("trait:birth_month", "birth_month Geburtsmonat mois_de_naissance"),
        ("trait:full_name", "full_name 氏名 성명 Fullständigt_namn ФИО Ονοματεπώνυμο Celé_jméno"),
        ("trait:company", "Company legal_name trading_name Firma 会社名 Företag registered_name"),
        (
            "trait:street",
            "addr1 residential_address_line1 registered_address_line_1 Gatuadress st_addr"
            " mail_addr1",
        ),
        (
            "trait:birth_date",
            "dob DATE_OF_BIRTH Geburtsdatum Date_de_naissance Fecha_de_nacimiento Data_urodzenia"
            " Дата_народження Дата_рождения Doğum_Tarihi تاریخ_تولد 出生日期 Data_di_nascita"
            " 生年月日 Födelsedatum fecha_nac data_ur dt_nasc дата_рожд D.O.B. Datum_narození",
        ),
        (
            "trait:city",
            "City Wohnort Ville Ciudad Miasto Місто Город Şehir شهر 城市 billing_city ADDR_CITY"
            " suburb Città registered_city Postort 市区町村 res_city_desc",
        ),
        (
            "trait:postal_code",
            "zip PLZ Code_postal Código_postal Kod_pocztowy Індекс Индекс Posta_kodu کد_پستی 邮编"
            " postcode_fake ADDR_POSTAL_CODE CAP pcode Postnummer 郵便番号 PSČ pincode pin_code",
        ),
        ("event_time", "updated_at timestamp LastModifiedDate Geändert_am Дата_оновлення 更新时间"),
        (
            "first_seen",
            "created_at CreatedDate Erstellt_am Date_de_création Дата_создания 创建时间",
        ),
        ("record_id", "id record_id Kundennummer customer_id Номер_клієнта Müşteri_No 客户编号"),
        ("source", "source source_system Quelle Джерело Kaynak 来源"),
        ("record_id", "顧客番号 고객번호 رقم_العميل מספר_לקוח n°_client"),
        ("trait:full_name", "氏名 성명 الاسم_الكامل שם_מלא"),
        ("trait:last_name", "苗字 성 اسم_العائلة שם_משפחה"),
        ("trait:birth_date", "生年月日 생년월일 تاريخ_الميلاد תאריך_לידה"),
        ("identifier:email", "メールアドレス 이메일 البريد_الإلكتروني אימייל"),
        ("identifier:phone", "電話番号 휴대폰 رقم_الهاتف טלפון"),
        ("trait:postal_code", "郵便番号 우편번호 الرمز_البريدي מיקוד"),
        ("identifier:advertising_id", "context.device.advertisingId IDFA gaid"),
        ("identifier:device_id", "context.device.id device_id deviceId"),
    ],
)
def test_names_of_many_languages_mean_one_concept(concept: str, names: str) -> None:
    found = {name: concept_of(name.replace("_", " "))[0] for name in names.split()}
    assert found == dict.fromkeys(found, concept)


@pytest.mark.parametrize(
    "name",
    ["email_status", "phone_type", "account_id", "context.app.name", "product_name", "birth_time",
     "context.page.url", "", "??", "shipping_method"],
)  # fmt: skip
def test_a_name_beside_a_known_one_means_something_else(name: str) -> None:
    assert concept_of(name)[0] == ""


def test_case_accents_separators_and_camel_case_do_not_matter() -> None:
    forms = {
        squeeze(n) for n in ("First Name", "first_name", "firstName", "FIRST-NAME", "fírst.name")
    }
    assert forms == {"firstname"}


def test_letters_beyond_latin_keep_their_marks() -> None:
    assert squeeze("Мій") != squeeze("Мии")


def test_a_trait_name_is_never_empty() -> None:
    assert snake("---") == "value"


def test_every_word_is_reachable_by_its_squeezed_form() -> None:
    assert all(form == squeeze(form) for form in concepts())
