"""What columns are called: the words for each role and trait, in many languages.

Only data lives here. Every word is compared by its `squeeze`d form, so case, accents, separators
and camelCase do not matter; a word stands under exactly one concept (a test holds that). Order
matters in `EVENT_TIME`, `FIRST_SEEN` and `RECORD_ID`: the earlier word is the better one.

One module, since a word may stand under one concept only.
"""

# ruff: noqa: E501, ISC004, RUF001  (words in other scripts are the point, and count double)

from __future__ import annotations

import functools
import re
import unicodedata

__all__ = [
    "EVENT_TIME",
    "FIRST_SEEN",
    "OTHER_PERSON",
    "QUALIFIERS",
    "RECORD_ID",
    "RESERVED",
    "WRAPPERS",
    "concepts",
    "snake",
    "squeeze",
    "words",
]

RECORD_ID = (
    "record id, recordid, record key, record number, datensatz id, source record id, source id",
    "customer id, customer number, customer no, cust id, contact id, client number, member id,"
    "member number, membership number, lead id, person id, patient id, subscriber id, crm id,"
    "guest id, profile id, kundennummer, kunden nr, kunden id, kundennr, mitgliedsnummer,"
    "numero client, numero de client, id client, identifiant client, id cliente, numero de cliente,"
    "codigo cliente, codigo de cliente, numer klienta, id klienta, номер клієнта, ід клієнта,"
    "код клієнта, номер клиента, ид клиента, код клиента, musteri no, musteri numarasi, musteri id,"
    "شماره مشتری, کد مشتری, 客户编号, 客户号, 客户id, 會員編號, 会员编号, 会员号, codigo do cliente,"
    "mrn, medical record number, voter id, voter reg num, voter registration number, enterprise id,"
    "student id, numero do cliente, codice cliente, id cliente unico, klantnummer, klant id, contact key,"
    "hs object id, account number, n client, no client, 顧客番号, 顧客id, 会員番号, 고객번호, 고객 번호,"
    "고객 id, 회원번호, 회원 번호, رقم العميل, رقم العضوية, מספר לקוח",
    "id, _id, uid, uuid, guid, key, pk, rec id, row id, identificador, identifiant, nr, кодзапису,"
    "编号, 編號, ид, ід, شناسه, kimlik, 番号, 번호, رقم",
)
EVENT_TIME = (
    "event time, event timestamp, event date, occurred at, event at",
    "timestamp, time stamp, ts",
    "updated at, updated, update time, update date, updated on, date updated, last updated,"
    "last update, modified, modified at, modified on, modified date, modified time, date modified,"
    "last modified, last modified date, last modified time, last modified at, system modstamp,"
    "changed at, change date, last changed, aktualisiert am, geaendert am, geandert am,"
    "aenderungsdatum, anderungsdatum, letzte aenderung, letzte anderung, mis a jour le,"
    "date de modification, modifie le, date de mise a jour, fecha de actualizacion,"
    "fecha actualizacion, actualizado, actualizado en, fecha de modificacion, fecha modificacion,"
    "data modyfikacji, data aktualizacji, zmodyfikowano, дата оновлення, оновлено, дата зміни,"
    "дата обновления, обновлено, дата изменения, изменено, guncelleme tarihi, guncellendi,"
    "degistirme tarihi, تاریخ به روز رسانی, تاریخ بروزرسانی, تاریخ ویرایش, 更新时间, 更新日期, 修改时间,"
    "修改日期, 更新時間, data de atualizacao, atualizado em, data di modifica, data modifica,"
    "aggiornato il, gewijzigd op, bijgewerkt op, wijzigingsdatum",
    "original timestamp, sent at, received at, last seen, last seen at, last activity,"
    "last activity date, last visit, last login",
    "datetime, date time, time, date, datum, fecha, fecha y hora, дата, data, tarih, تاریخ, 日期, 时间,"
    "時間, zeitstempel, zeitpunkt, horodatage, horodateur",
)
FIRST_SEEN = (
    "first seen, first seen at",
    "created at, created, create date, create time, created on, created date, created time,"
    "creation date, creation time, date created, date entered, signed up at, signup date,"
    "sign up date, registered at, registration date, date registered, registered on, join date,"
    "joined at, member since, customer since, angelegt am, erstellt am, erstellungsdatum,"
    "erstelldatum, registrierungsdatum, kunde seit, date de creation, cree le, date d inscription,"
    "date inscription, fecha de creacion, fecha creacion, creado, creado en, fecha de registro,"
    "fecha de alta, data utworzenia, utworzono, data rejestracji, дата створення, створено,"
    "дата реєстрації, дата создания, создано, дата регистрации, olusturma tarihi, olusturulma tarihi,"
    "kayit tarihi, تاریخ ایجاد, تاریخ ثبت, تاریخ ثبت نام, 创建时间, 创建日期, 注册时间, 注册日期, 建立時間,"
    "data de criacao, criado em, data de cadastro, data di creazione, data creazione, creato il,"
    "aangemaakt op, aanmaakdatum",
)

_OTHER = {
    "source": "source, source system, source name, data source, source code, src, origin system,"
    "quelle, quellsystem, systeme source, sistema de origen, sistema origen, system zrodlowy,"
    "джерело, источник, kaynak, kaynak sistem, منبع, 来源, 數據來源, 数据来源, 来源系统,"
    "sistema de origem, sistema di origine, bron, bronsysteem",
    "message_id": "message id, event id, event uuid, msg id, insert id",
    "withdrawn": "withdrawn, is withdrawn, deleted, is deleted, tombstone, record deleted",
}
_IDENTIFIERS = {
    "user_id": "user id, userid, user key, user uuid, user identifier, login id, benutzer id,"
    "utilisateur id, id utilisateur, id usuario, usuario id, id uzytkownika, ід користувача,"
    "ид пользователя, id пользователя, id користувача, kullanici id, شناسه کاربر, شناسه کاربری,"
    "用户id, 用戶id, 用户编号, id do usuario, id utente, gebruikers id",
    "email": "email, email id, emailid, mail id, mailid, e mail, mail, email address, e mail address, mail address, email addr,"
    "emailaddr, person email, e mail adresse, email adresse, mailadresse, courriel, adresse email,"
    "adresse e mail, adresse mail, adresse electronique, adresse courriel, correo,"
    "correo electronico, direccion de correo, email del cliente, adres email, adres e mail,"
    "poczta, poczta elektroniczna, електронна пошта, пошта, ел пошта, імейл, емейл, електронна адреса,"
    "электронная почта, почта, эл почта, эл адрес, имейл, емейл, е мейл, eposta, e posta, e posta adresi,"
    "eposta adresi, ایمیل, پست الکترونیک, پست الکترونیکی, رایانامه, آدرس ایمیل, 邮箱, 电子邮箱, 电子邮件,"
    "邮件, 邮箱地址, 電子郵件, 電子郵箱, 郵箱, endereco de email, endereco de e mail, indirizzo email,"
    "indirizzo e mail, posta elettronica, emailadres, e mailadres, correio eletronico,"
    "e post, epost, e postadress, mejl, sähköposti, sähköpostiosoite, email cím, メールアドレス, メール, eメール,"
    "이메일, 이메일 주소, البريد الإلكتروني,"
    "메일, البريد, البريد الالكتروني, الإيميل, אימייל, דואל, דואר אלקטרוני",
    "phone": "phone, phone number, tele, telephone no, telephone num, phone nbr, mob no, mobile num, tel num,"
    " phone no, phone num, telephone, telephone number, tel, tel no,"
    "tel number, mobile, mobile phone, mobile number, mobile no, cell, cell phone, cellphone,"
    "cell number, phone e164, msisdn, contact number, landline, whatsapp, whatsapp number,"
    "telefon, telefonnummer, telefon nr, handy, handynummer, mobil, mobilnummer, mobiltelefon,"
    "festnetz, rufnummer, numero de telephone, n de telephone, telephone portable, portable,"
    "numero de portable, telephone mobile, telephone fixe, telefono, telefono movil, movil, celular,"
    "numero de telefono, numero telefono, telefono celular, telefono fijo, telefon komorkowy,"
    "komorka, numer telefonu, nr telefonu, номер телефону, моб телефон, мобільний, мобільний телефон,"
    "телефон, тел, номер телефона, мобильный, мобильный телефон, сотовый, сотовый телефон, telefon no,"
    "telefon numarasi, cep telefonu, cep, cep no, gsm, gsm no, تلفن, شماره تلفن, موبایل,"
    "شماره موبایل, تلفن همراه, شماره همراه, همراه, 电话, 电话号码, 手机, 手机号, 手机号码, 联系电话, 電話,"
    "電話號碼, 手機, 手機號碼, telemovel, numero de telefone, telefone, numero de celular,"
    "cellulare, numero di telefono, telefoon, telefoonnummer, mobiel, mobiele nummer, gsm nummer,"
    "contact no, tlf, telefonnr, mobilnr, puhelin, puhelinnumero, matkapuhelin, telefonszám,"
    "電話番号, 携帯電話, 携帯番号, 携帯, 전화번호, 전화, 휴대폰, 휴대전화, 휴대폰번호, الهاتف, رقم الهاتف, الجوال,"
    "τηλέφωνο, κινητό,"
    "携帯電話番号, 연락처, هاتف, رقم الجوال, الموبايل, טלפון, מספר טלפון, נייד, טלפון נייד",
    "device_id": "device id, device uuid, device identifier, deviceid, android id, idfv,"
    "gerate id, geraete id, installation id, install id, instance id",
    "advertising_id": "advertising id, device advertising id, ad id, adid, idfa, gaid, aaid, maid,"
    "google advertising id, apple advertising id, advertiser id, rdid, mobile ad id",
    "anonymous_id": "anonymous id, anon id, anonymousid, anonymous user id, visitor id, anonymous",
    "cookie": "cookie, cookie id, cookies, browser id, ga client id, client id cookie, ga cookie,"
    "fbp, first party cookie, web id, session cookie",
    "external_id": "external id, external key, ext id, external reference, foreign id",
    "email_hash": "email hash, hashed email, hem, email sha256, sha256 email, email sha 256,"
    "email sha1, sha1 email, email md5, md5 email, hashed email address, email address hash,"
    "email hashed, e mail hash, mail hash",
}
_TRAITS = {
    "name_or_last": "name, nom, person,namn, navn, nimi, név, nume",
    "name_or_first": "nombre, nombres, nome, imie, imiona, имя, ім'я, імя, ad, isim, adi, نام, naam,"
    "jméno, 이름, الاسم, שם",
    "name_or_other": "customer, client, contact, patient, guest, member, passenger, participant,"
    "applicant, insured, resident, voter, kunde, klient, klant, cliente, kontakt, клиент, клієнт,"
    "顧客, 患者, 고객",
    "full_name": "full name, fullname, name full, complete name, display name, person name,"
    "name as listed, vollstandiger name, vollstaendiger name, voller name, nom complet,"
    "nom et prenom, nom prenom, prenom nom, nombre completo, nombre y apellidos, nombre y apellido,"
    "imie i nazwisko, nazwisko i imie, піб, повне ім'я, прізвище та ім'я, ім'я та прізвище, фио,"
    "полное имя, фамилия имя отчество, имя и фамилия, прізвище ім'я по батькові, ad soyad,"
    "adi soyadi, isim soyisim, tam ad, نام و نام خانوادگی, نام کامل, 姓名, 名字全称, 全名, 客户姓名,"
    "nome completo, nome e cognome, volledige naam, vor und nachname,"
    "fullständigt namn, fulde navn, fullt navn, koko nimi, celé jméno, jméno a příjmení,"
    "teljes név, nume complet, 氏名, お名前, 名前, フルネーム, 성명, الاسم الكامل,"
    "ονοματεπώνυμο,"
    "성함, الاسم الثلاثي, שם מלא",
    "first_name": "first name, firstname, fname, given name, given names, name first, forename,"
    "christian name, first, vorname, vornamen, rufname, prenom, prenoms, primer nombre,"
    "nombre de pila, перше ім'я, ilk ad, نام کوچک, 名, 名字, primeiro nome, voornaam, roepnaam,"
    "given, gname, fn, given nm, f name, name given,"
    "first nm, förnamn, tilltalsnamn, fornavn, etunimi, keresztnév, utónév, prenume,"
    "křestní jméno, meno, الاسم الأول, όνομα,"
    "الاسم الاول, שם פרטי",
    "middle_name": "middle name, middlename, midl name, mid name, middle nm, m name, mname, middle initial, middle, name middle, mi,"
    "patronymic, second name, zweiter vorname, deuxieme prenom, segundo nombre, drugie imie,"
    "по батькові, отчество, ikinci ad, نام پدر میانی, 中间名, 中間名, nome do meio, secondo nome,"
    "tweede naam, tussenvoegsel",
    "last_name": "last name, lastname, lname, surname, family name, familyname, name last, last,"
    "sname, nachname, familienname, zuname, nom de famille, nom famille, apellido, apellidos,"
    "primer apellido, nazwisko, прізвище, фамилия, soyad, soyadi, soyisim, نام خانوادگی, فامیل,"
    "فامیلی, 姓, 姓氏, sobrenome, ultimo nome, apelido, cognome, achternaam, familienaam,"
    "family, ln, family nm, l name, name family,"
    "last nm, efternamn, efternavn, etternavn, sukunimi, vezetéknév, családnév, příjmení,"
    "priezvisko, 苗字, 성, اسم العائلة, اللقب العائلي, επώνυμο,"
    "שם משפחה",
    "maiden_name": "maiden name, maiden, birth name, geburtsname, nom de jeune fille, nazwisko panienskie,"
    "дівоче прізвище, девичья фамилия, kizlik soyadi, cognome da nubile, meisjesnaam,"
    "rodné příjmení, tyttönimi",
    "nickname": "nickname, nick name, preferred name, known as, goes by, spitzname, surnom, apodo",
    "title": "title, salutation, prefix, name prefix, honorific, anrede, titel, civilite,"
    "tratamiento, zwrot, звернення, обращение, unvan, لقب, 称谓, 稱謂, tratamento, titolo, aanhef",
    "suffix": "suffix, name suffix, name sufx, sufx, name suffix lbl, generation",
    "username": "username, user name, login, handle, screen name, benutzername, nom d utilisateur,"
    "nombre de usuario, логін, логин, kullanici adi, نام کاربری, 用户名, 用戶名",
    "birth_date": "birth date, birthdate, date of birth, dob, d o b, birthday, birth dt, born,"
    "date birth, person birthdate, geburtsdatum, geburtstag, geb datum, gebdatum, geboren am,"
    "date de naissance, date naissance, ne le, naissance, fecha de nacimiento, fecha nacimiento,"
    "nacimiento, data urodzenia, urodziny, дата народження, день народження, дн, дата рождения,"
    "день рождения, др, dogum tarihi, dogum gunu, تاریخ تولد, تولد, 出生日期, 生日, 出生年月日, 出生年月,"
    "data de nascimento, nascimento, data di nascita, geboortedatum,"
    "birth, bday, geb, geb dat, gebdat, date naiss, date de naiss, fecha nac, fec nac,"
    "fec nacimiento, f nacimiento, data ur, data nasc, dt nasc, dt nascimento, дата рожд, födelsedatum,"
    "fødselsdato, fødselsdag, syntymäaika, syntymäpäivä, datum narození, dátum narodenia,"
    "születési dátum, születési idő, data nașterii, 生年月日, 誕生日, 생년월일, 생일, تاريخ الميلاد,"
    "ημερομηνία γέννησης,"
    "تاريخ الولادة, תאריך לידה",
    "birth_year": "birth year, year of birth, yob, byear, birth yr, year birth, dob year, dob yr, geburtsjahr,"
    "annee de naissance, annee naissance, ano de nacimiento, ano nacimiento, rok urodzenia, рік народження,"
    "год рождения, dogum yili, سال تولد, 出生年, 出生年份, ano de nascimento, anno di nascita, geboortejaar,"
    "födelseår, fødselsår, syntymävuosi, rok narození, rok narodenia, születési év, anul nașterii, 生年,"
    "출생년도, 출생연도, سنة الميلاد, έτος γέννησης, שנת לידה",
    "birth_month": "birth month, month of birth, mob, bmonth, month birth, dob month, dob mon, geburtsmonat,"
    "mois de naissance, mois naissance, mes de nacimiento, mes nacimiento, miesiac urodzenia,"
    "місяць народження, месяц рождения, dogum ayi, ماه تولد, 出生月, 出生月份, mes de nascimento,"
    "mese di nascita, geboortemaand, födelsemånad, fødselsmåned, syntymäkuukausi, měsíc narození,"
    "születési hónap, luna nașterii, 生月, 출생월, חודש לידה",
    "birth_day": "day of birth, birthday day, bday num, dob day, day birth, birth day of month, geburtstag tag, jour de naissance,"
    "jour naissance, dia de nacimiento, dia nacimiento, dzien urodzenia, روز تولد, 出生日, dia de nascimento,"
    "giorno di nascita, geboortedag, syntymäpäivä numero, den narození, születési nap, ziua nașterii, 출생일",
    "birth_place": "birth place, birthplace, place of birth, birth city, birth state, state of birth, geburtsort,"
    "lieu de naissance, lugar de nacimiento, miejsce urodzenia, місце народження, место рождения,"
    "dogum yeri, محل تولد, 出生地, luogo di nascita, geboorteplaats, local de nascimento,"
    "födelseort, fødested, syntymäpaikka, místo narození, születési hely, 出身地, مكان الميلاد",
    "age": "age, age years, age in years, birth age, current age, age at year end, alter, âge, edad, età, idade, leeftijd, wiek, вік, возраст, yaş, سن,"
    "年龄, 年齡, 年齢, 나이, العمر, ηλικία, גיל, ålder, alder, ikä, věk, életkor, vârstă",
    "gender": "gender, sex, gender code, sex code, gender cd, sex cd, geschlecht, sexe, genre, sexo, genero, plec, стать, пол, cinsiyet,"
    "جنسیت, 性别, 性別, sesso, genere, geslacht,"
    "kön, køn, kjønn, sukupuoli, pohlaví, 성별, الجنس,"
    "מין",
    "street": "street, street address, street addr, st addr, mail addr 1, mail address 1, mailing address 1, address 1, address line 1, address line1, addr line1,"
    "addr line 1, addr1, street 1, line1, line 1, street name, street and number, mailing street,"
    "strasse, straße, str, strasse und hausnummer, strasse hausnummer, rue, adresse 1,"
    "adresse ligne 1, calle, direccion 1, calle y numero, ulica, ulica i numer, вулиця, вул, улица,"
    "ул, sokak, cadde, sokak adi, خیابان, 街道, 街道地址, rua, logradouro, via, indirizzo 1, straat,"
    "straatnaam,"
    "gatuadress, gateadresse, gata, gade, vej, katuosoite, ulice, utca, strada, 番地, الشارع, οδός",
    "street_number": "street number, street no, house number, house num, street num, house nbr, st number, st no,"
    "building number, house no, houseno, hausnummer,"
    "haus nr, numero de rue, numero de casa, numer domu, nr domu, номер будинку, будинок,"
    "номер дома, дом, kapi no, پلاک, 门牌号, numero civico, huisnummer",
    "street_2": "unit number, unit no, unit num, flat no, flat number, flat, apt no, apt number, apartment number,"
    "address 2, address line 2, address line2, addr line2, addr line 2, addr2,"
    "street 2, line2, line 2, apartment, apt, unit, suite, adresszusatz, adresse 2,"
    "complement d adresse, direccion 2, numer mieszkania, nr mieszkania, квартира, кв, daire,"
    "daire no, واحد, complemento, toevoeging",
    "address": "address, full address, address full, addr full, addr, postal address, adresse,"
    "anschrift, adresse postale, direccion, domicilio, adres, адреса, адрес, آدرس, نشانی, 地址,"
    "详细地址, endereco, indirizzo,"
    "adress, osoite, adresa, cím, lakcím, 住所, 주소, العنوان, διεύθυνση,"
    "ご住所, כתובת",
    "city": "city, town, suburb, locality, city town, place name, municipality, stadt, ort,"
    "wohnort, ville, commune, localite, ciudad, localidad, municipio, poblacion, miasto,"
    "miejscowosc, місто, населений пункт, город, населенный пункт, sehir, il, ilce, شهر, 城市, 市,"
    "cidade, citta, comune, stad, plaats, woonplaats,"
    "postort, poststed, postitoimipaikka, kaupunki, město, mesto, obec, város, oraș, localitate,"
    "市区町村, 도시, المدينة, πόλη,"
    "都市, עיר",
    "county": "county, district, landkreis, kreis, departement, comarca, powiat, район, gmina,"
    "بخش, 区, 縣,"
    "județ, maakunta, okres, megye",
    "state": "state, state code, state cd, state province, province, region, state or province, bundesland,"
    "kanton, etat, region administrative, provincia, estado, wojewodztwo, область, обл, eyalet,"
    "bolge, استان, 省, 省份, 州, uf, regione, provincie,"
    "都道府県, 시도,"
    "المحافظة, מחוז",
    "postal_code": "postal code, postalcode, postcode, post code, zip, zip code, zipcode, zip 5,"
    "plz, postleitzahl, code postal, cp, codigo postal, kod pocztowy, поштовий індекс, індекс,"
    "почтовый индекс, индекс, posta kodu, کد پستی, کدپستی, 邮编, 邮政编码, 郵遞區號, 郵編, cep, cap,"
    "codice postale, codice di avviamento postale,"
    "pincode, pin code, pcode, post cd, zip cd, postnummer, postnr, postinumero, psč, irányítószám, cod poștal,"
    "郵便番号, 우편번호, الرمز البريدي, τκ,"
    "מיקוד",
    "country": "country, country code, country name, nation, land, staat, laendercode, landercode,"
    "pays, code pays, pais, codigo pais, kraj, panstwo, країна, страна, ulke, ülke kodu, کشور, 国家,"
    "國家, 国别, paese, nazione,"
    "maa, země, ország, țară, 국가, الدولة, χώρα,"
    "国, 나라, البلد, ארץ, מדינה",
    "nationality": "nationality, citizenship, staatsangehorigkeit, staatsangehoerigkeit,"
    "nationalite, nacionalidad, narodowosc, obywatelstwo, громадянство, гражданство, uyruk, ملیت,"
    "国籍, nazionalita, nationaliteit, nacionalidade,"
    "medborgarskap, statsborgerskap, kansalaisuus, 국적, الجنسية",
    "company": "company, company name, organisation, organization, organisation name,"
    "organization name, name org, org name, primary name org, account name, firm, business,"
    "business name, firma, firmenname, unternehmen, societe, entreprise,"
    "raison sociale, empresa, nombre empresa, nazwa firmy, компанія,"
    "організація, компания, организация, фирма, фірма, sirket, sirket adi, kurum, شرکت, نام شرکت,"
    "سازمان, 公司, 公司名称, 单位, 企业, azienda, societa, bedrijf, bedrijfsnaam,"
    "legal name, legal entity name, registered name, trading name, trade name, entity name, firm name,"
    "företag, virksomhed, bedrift, yritys, cég, 会社名, 会社, 회사, 회사명, الشركة,"
    "اسم الشركة, חברה, שם חברה",
    "employer": "employer, employer name, arbeitgeber, employeur, empleador, pracodawca, isveren,"
    "arbetsgivare, arbejdsgiver, arbeidsgiver, työnantaja, zaměstnavatel, 勤務先",
    "job_title": "job title, jobtitle, job, position, role title, occupation, profession, beruf,"
    "stellenbezeichnung, berufsbezeichnung, poste, fonction, metier, cargo, puesto, profesion,"
    "ocupacion, stanowisko, zawod, посада, професія, должность, профессия, pozisyon, meslek, شغل,"
    "سمت, 职位, 职务, 职业, profissao, professione, mansione, functie, beroep, job function,"
    "yrke, stilling, ammatti, povolání, foglalkozás, profesie, 職業, 직업, المهنة",
    "language": "language, lang, preferred language, sprache, langue, idioma, lengua, jezyk, мова,"
    "язык, dil, زبان, 语言, 語言, lingua, taal",
    "plan": "plan, plan name, subscription plan, tariff, tarif, forfait, taryfa, тариф, tarife, 套餐",
    "ip": "ip, ip address, ip addr",
    "user_agent": "user agent",
    "ssn": "ssn, ssn number, social security number, soc sec id, soc sec no, soc sec number,"
    "social security, social security no",
    "national_id": "nhs number, nhs no, aadhaar, aadhaar number, aadhar, aadhar number, social insurance number,"
    "national id, national id number, national insurance number, nino,"
    "personal id number, sozialversicherungsnummer, personalausweisnummer,"
    "numero de securite sociale, dni, nie, curp, pesel, tc kimlik no, tckn, کد ملی, شماره ملی,"
    "身份证, 身份证号, 身份证号码, cpf, codice fiscale, bsn, снилс,"
    "personnummer, cpr nummer, fødselsnummer, henkilötunnus, rodné číslo, cnp, 주민등록번호",
    "tax_id": "tax id, tax id number, tax number, tin, vat, vat number, vat id, steuernummer,"
    "steuer id, ust id, numero fiscal, nif, nip, ипн, рнокпп, іпн, инн, vergi no, 税号, partita iva,"
    "nit, rfc, rut",
    "passport": "passport, passport number, passport no, reisepass, reisepassnummer, passeport,"
    "numero de passeport, pasaporte, paszport, паспорт, номер паспорта, номер паспорту, pasaport no,"
    "شماره گذرنامه, گذرنامه, 护照, 护照号, 护照号码, passaporte, passaporto, paspoort",
    "driver_license": "drivers license number, driver license number, drivers license,"
    "driver license, driving licence, driving licence number, driving license, fuhrerschein,"
    "permis de conduire, prawo jazdy, водійське посвідчення, водительское удостоверение",
}

QUALIFIERS = frozenset(
    [
        "primary",
        "main",
        "home",
        "work",
        "office",
        "business",
        "private",
        "personal",
        "default",
        "preferred",
        "contact",
        "customer",
        "client",
        "member",
        "person",
        "user",
        "billing",
        "bill",
        "shipping",
        "ship",
        "mailing",
        "other",
        "alternate",
        "alternative",
        "alt",
        "secondary",
        "second",
        "day",
        "daytime",
        "evening",
        "current",
        "new",
        "old",
        "raw",
        "clean",
        "cleaned",
        "original",
        "fake",
        "masked",
        "anonymized",
        "anonymised",
        "synthetic",
        "addr",
        "address",
        "my",
        "your",
        "cust",
        "res",
        "full",
        "cd",
        "desc",
        "lbl",
        "kunde",
        "kunden",
        "kontakt",
        "privat",
        "geschaftlich",
        "dienstlich",
        "domicile",
        "travail",
        "facturation",
        "livraison",
        "cliente",
        "casa",
        "trabajo",
        "klient",
        "klienta",
        "domowy",
        "sluzbowy",
        "klienci",
        "musteri",
        "ev",
        "is",
        "person's",
        "patient",
        "pat",
        "guest",
        "student",
        "donor",
        "applicant",
        "holder",
        "insured",
        "participant",
        "passenger",
        "residential",
        "residence",
        "permanent",
        "registered",
        "legal",
        "account",
        "lead",
        "recipient",
        "value",
        "text",
    ]
)
"""Words beside a known name that do not change what it is: `billing_city` is a city."""

OTHER_PERSON = frozenset(
    [
        "manager",
        "owner",
        "rep",
        "agent",
        "assigned",
        "assignee",
        "referrer",
        "referral",
        "referred",
        "referer",
        "by",
        "parent",
        "mother",
        "father",
        "spouse",
        "partner",
        "emergency",
        "sender",
        "recipient",
        "from",
        "to",
        "cc",
        "bcc",
        "support",
        "salesperson",
        "advisor",
        "supervisor",
        "guardian",
        "employee",
        "staff",
        "operator",
        "seller",
        "vendor",
        "store",
        "branch",
        "contactperson",
        "doctor",
        "physician",
        "kin",
        "sponsor",
        "betreuer",
        "responsable",
        "gestionnaire",
        "comercial",
        "opiekun",
        "менеджер",
        "менеджера",
        "responsible",
    ]
)
"""Words that say a value is of somebody else: a `manager_email` would join a whole team."""

WRAPPERS = frozenset(
    [
        "context",
        "traits",
        "user",
        "customer",
        "contact",
        "person",
        "profile",
        "properties",
        "data",
        "attributes",
        "fields",
        "identity",
        "payload",
        "integrations",
    ]
)
"""Outer names of nested fields that may be left off: `context.traits.email` is an email."""

RESERVED = frozenset(
    [
        "source",
        "record_id",
        "profile_id",
        "event_time",
        "first_seen",
        "last_seen",
        "count",
        "arrival",
        "observation",
        "records",
        "identifiers",
        "provenance",
    ]
)
"""Names of output columns; a trait of such a name is called `trait_...`."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_WORD = re.compile(r"[^\w]+|_+")
_DOTLESS = str.maketrans(
    {"ı": "i", "ł": "l", "Ł": "L", "ß": "ss", "'": "", "’": "", "ʼ": "", "`": ""}
)
_DIGIT_EDGE = re.compile(r"(?<=[^\W\d_])(?=\d)")


def words(name: str) -> list[str]:
    """Split a column's name into folded words, digits apart.

    >>> words("E-Mail-Adresse"), words("firstName2"), words("Prénom"), words("SSN_NUMBER")
    (['e', 'mail', 'adresse'], ['first', 'name', '2'], ['prenom'], ['ssn', 'number'])
    """
    text = _CAMEL.sub(" ", name.translate(_DOTLESS))
    decomposed = unicodedata.normalize("NFKD", text)
    # Accents are dropped from Latin only: й and и are two letters, and so are Persian's.
    kept = [
        c
        for i, c in enumerate(decomposed)
        if not (unicodedata.combining(c) and i and _latin_before(decomposed, i))
    ]
    text = unicodedata.normalize("NFKC", "".join(kept)).casefold().replace("\u200c", " ")
    return _DIGIT_EDGE.sub(" ", _NOT_WORD.sub(" ", text)).split()


def _latin_before(text: str, place: int) -> bool:
    while place and unicodedata.combining(text[place]):
        place -= 1
    return text[place] < "\u0250"


def squeeze(name: str) -> str:
    """The form in which names are compared.

    >>> squeeze("First Name") == squeeze("first_name") == squeeze("firstName") == "firstname"
    True
    """
    return "".join(words(name))


def snake(name: str) -> str:
    """A trait's name made from a column's: words joined by underscores, `value` if none is left.

    >>> snake("Lieblings-Farbe"), snake("context.page.url"), snake("??")
    ('lieblings_farbe', 'context_page_url', 'value')
    """
    return "_".join(words(name)) or "value"


@functools.cache
def concepts() -> dict[str, tuple[str, int]]:
    """Each squeezed word, its concept (`identifier:email`, `trait:city`, `event_time` ...), tier."""
    found: dict[str, tuple[str, int]] = {}
    tiers = {"record_id": RECORD_ID, "event_time": EVENT_TIME, "first_seen": FIRST_SEEN}
    groups: list[tuple[str, int, str]] = [
        (concept, tier, text) for concept, texts in tiers.items() for tier, text in enumerate(texts)
    ]
    groups += [(concept, 0, text) for concept, text in _OTHER.items()]
    groups += [(f"identifier:{kind}", 0, text) for kind, text in _IDENTIFIERS.items()]
    groups += [(f"trait:{name}", 0, text) for name, text in _TRAITS.items()]
    for concept, tier, text in groups:
        for word in text.split(","):
            if word.strip():
                found.setdefault(squeeze(word.strip()), (concept, tier))
    return found
