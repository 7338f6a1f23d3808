"""Which given names are forms of one name: an equivalence by shared groups, not by spelling.

English comes from the `nicknames` library, each full name with its short forms; the groups below
are the project's own: short forms that all spellings of a name have (the library gives Kate to
Katherine and not to Catherine), other languages' diminutives, and the forms that one name takes in
several languages. Groups are not chained: Pat is Patrick or Patricia, who are two. A word in any
group is a *known* name: two known names that share no group are different names, however close
their spelling (Joan and John, Paul and Paula).
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["groups"]

_OWN = """
abigail abby abbie gail
adelheid adelaide heidi heide adele
alexandra xandra sandra sandy lexi lexie alix
alfred alfie alf alfredo
alison allison ali ally
amelia amalia millie milly mel
antonia antonina antonella toni tonia tonya
augustus augustin gus gustl
barbara barb barbie babs barbel
catherine katherine katharine kathryn cathryn catharine kathrine kate katie katy kathy cathy kit \
kitty kittie kay kaye kat kath cath cathie kathie
charlotte lottie lotte charlie carlotta
christina christine kristina kristine kirstin kirsten chris chrissy chrissie tina tine christel
cornelis cornelius kees cor
deborah debra debora deb debbie debby
edward ned ted teddy ed eddie eddy
eleanor elinor eleanora nell nelly nellie nora ellie lenore
elizabeth elisabeth eliza elsie elspeth liz lizzie lizzy liza lisa beth bess bessie bessy betsy \
betsey betty bettie libby libbie lilly elise
francesca francisca frances franziska fran frankie franzi kiki sissi
frederica friederike freddie rike
gabriele gabriela gabriella gabrielle gabi gaby gabby
gerard gerhard gerry gerrit
isabel isabella isabelle isobel izzy izzie issy bella belle isa tibby
jessica jess jessie
johannes johann johan hans hansi joop jo hannes jan
joshua josh
luigi gigi gino
margaret margarete margarita marguerite margret maggie meg megan peg peggy madge marge margie \
margo margot maisie mamie daisy greta gretel rita mag
matilda mathilda mathilde tilly tilda tillie mattie
maximilian max maxi
natalie nathalie natalia nat nattie
patricia trish tricia trisha pat patsy patti patty
penelope penny pen
philip phillip phil pip pippo
philippa phillipa philipa pippa pip pippy
samantha sam sammie sammy
samuel sam sammy
stefanie stephanie stefania steffi steffie steph stefi
stephen steven stevan steve stevie
stuart stewart stu
susan susanna susannah suzanne susanne sue susie suzie suzy susi
theresa teresa therese tess tessa terry terri tere resi
victoria viktoria vicky vickie vicki vic tori
william willem wilhelm will willy willie bill billy liam wim
winifred win winnie freda
zachary zachariah zack zach zak
alexander aleksandr oleksandr alexandr aleksander alexandros alessandro alejandro alexandre sasha \
sascha shura sanya oles olek lesyk alex aleks iskander sikandar
alexandra aleksandra oleksandra alessandra alejandra sasha sascha shura lesya olesya ola alex
alexei aleksei aleksey alexey oleksii oleksiy alyosha lyosha lesha alexis
anastasia anastasiya anastasiia nastya nastia stasya
andrew andrei andrey andrii andriy andrzej andreas andre andres andrea jedrzej ondrej
anna hanna hannah ann anne anya ania anka anechka annushka asia hania aniela
anthony antonio anton antoni antonin antoine antek tosha toni tony antonis
barbara varvara basia barbra varya
boris borya
catherine katherine katarzyna kateryna katerina ekaterina yekaterina catalina catarina katharina \
kathrin katrin kasia kaska kaja katya katia katja katyusha
charles carlos karl carl carlo karol
christian krystian kristian cristian christos
christine christina kristina krystyna cristina hristina krysia tina
daniel danilo danylo daniil danya danek daniele
daria darya dariya dasha darka
dmitri dmitry dmitrii dmitriy dmytro dima mitya dimitri dimitris dimitrios
dorothy dorota dorothea dorotea dorotka
edward eduard eduardo edek edvard
elena olena helen helena helene yelena alyona lena lenochka ilona
elizabeth elisabeth elizaveta yelizaveta yelyzaveta elzbieta isabel isabella elisabetta liza \
lisa ela elka betul lisbeth
emilia emily emiliya emilie
eugene evgeny evgeniy yevgeny yevhen yevgeniy eugenio eugen zhenya eugeniusz gena
eugenia evgenia evgeniya yevgenia yevheniia zhenya
evdokia evdokiya dusya
francis francisco francesco franciszek franz francois frantisek paco pancho paquito kurro curro \
fran franek frank frans
frances francisca francesca franciszka paca paquita
frederick friedrich federico fryderyk fritz freddy
gabriel gabriele gavriil havrylo
galina halyna halina galya halya
george georgy georgi georgios giorgos yorgos jorge giorgio jerzy yuri yury yurii yuriy yura jurek \
georg jurgen juri egor yegor heorhii goran
gregory grigory grigori hryhorii gregorio grzegorz grisha grzesiek grzes gregor grigoris
guadalupe lupe lupita
henry heinrich enrique enrico henryk henri quique heinz heiko genrikh
hans johannes johann hannes jan
ignatius ignacio ignacy nacho ihnat
igor ihor
ilya illia ilia elias elijah eliyahu ilyas
irene irina iryna irena ira irka irusya eirini
jacob jakob jakub yakov yakiv iakov jaime kuba yasha jacques giacomo
james jaime jacobo diego santiago jacopo
joachim joaquin joakim quino
john ivan jan juan giovanni jean johann johannes hans ioannis yannis giannis vanya vania yan ian \
jovan joao juanito ivo janek jas vanja
jane ivanna joanna johanna juana giovanna jeanne janina joana ioanna yana jana asia iwona
joseph jose josef jozef giuseppe yosef yusuf yousef yousuf osip josip iosif yosyp pepe pepito jupp \
sepp jozek josep beppe ioseph yossi
josephine josefa josefina giuseppina pepa pepita fina
julia yulia yuliya yuliia iulia julie giulia julka yulya julita
julian yulian giuliano
kirill kyrylo cyril kiryl
konstantin kostiantyn constantin constantine kostya konstantinos kostas kostek
larisa larysa lara
lawrence lorenzo laurent lars lavrentiy wawrzyniec
leo lev leon leonid lyova lenya leonardo
leopold leopoldo polo
louis luis ludwig luigi ludwik lajos
lucas lukasz luke luca lukas loukas
ludmila lyudmila liudmyla lyuda luda mila
magdalena madeleine magda lena madalena madgalene
malgorzata margaret margarita margarete margarethe margherita gosia malgosia gretchen grete \
rita marharyta greta
manuel manolo emanuel manu lolo
maria marie mary mariya mariia masha manya marusya maryam mariam miriam marysia mania maryja maja \
marija mariana meryem miryam moira
martha marta marfa
martin marcin martyn marcinek martino
matthew matthias mateusz mateo matteo matvei matvii matvey matias mattia matthieu mateus matheus
maxim maksim maksym max maks maximilian
michael mikhail mykhailo mihail miguel michele michel michal misha misza mihai mihailo michalis \
mikael mikhael mickael mykhaylo miguelito mischa
nadia nadezhda nadiia nadya nadiya
natalia natalya nataliya nataliia natasha natalie nathalie natka natalka
nicholas nikolai nikolay mykola nicolas nicola mikolaj nikolaus kolya nikolaos nikos klaus niklas \
nicolai mykolai kolia claus nicolae
nina antonina tonya
oksana ksenia kseniya xenia aksinya ksyusha oxana
olga olha olya olenka
oleg oleh
patrick patricio patrizio patryk pat
paul pavel pavlo pablo pawel paolo pasha pavlos pol pau paulo pavlik
paula paola pavla polina pavlina
peter petr petro pyotr pedro pietro piotr pierre petya petros piotrek perico peer petar
philip filip felipe philippe filippo filipp
raphael rafael raffaele rafal
richard ricardo riccardo ryszard rysiek
robert roberto robin
roman romek romain romano
rosario charo chayo
samuel samuil schmuel shmuel samy
sebastian sebastiano bastian basti seba
sergei sergey serhii serhiy sergiy sergio serge seryozha serezha serhij sergius
sophia sofia sofiya sofiia sophie zofia zosia sonya sonia
stanislaw stanislav stanislas estanislao stas staszek stach slava
stephen steven stefan esteban stepan stefano etienne stepa szczepan stephan stephane istvan stef
susan susana zuzanna susanne zuza susanna suzanne shoshana
svetlana svitlana sveta swietlana
tatiana tatyana tetiana tetyana tanya tania
teresa theresa therese maite tere tereza
theodore theodor fedor fyodor fedir teodor teodoro fedya fedia
thomas tomas tomasz tommaso tomek foma toma tomaso
valentin valentyn valya valentino
valentina valentyna valya
valeria valeriya valery lera valerie
vasily vasili vasyl vasiliy basil vasya vasilis basilio vasilios
vera wiera viera
victor viktor vitya wiktor vittorio
victoria viktoria viktoriya viktoriia vika wiktoria vittoria
vincent vicente vincenzo chente wincenty
vitaly vitalii vitaliy vitalik
vladimir volodymyr wladimir vova volodya vovochka waldemar wlodzimierz
vladislav vladyslav wladyslaw vlad slava ladislav ladislaus
vyacheslav viacheslav slava waclaw vaclav
walter valter gualterio
william wilhelm guillermo guillaume willem guglielmo vilhelm memo guille willi
wojciech wojtek adalbert
yaroslav iaroslav jaroslaw slava jarek jaroslav
zbigniew zbyszek
ulrich uli ulli
wolfgang wolf
sabine bine
gisela gisi
ursula uschi ulla
katharina kathi
siegfried sigi siggi
dieter dietrich
gerhard gerd gert
jurgen jorg jorgen juergen joerg
hildegard hilde
consuelo chelo
concepcion concha conchita
dolores lola loli lolita
mercedes merche meche
isabel chabela isa
soledad sole chole
pilar pili
rafael rafa
fernando nando ferdinand fernand
jesus chucho chuy
gustavo tavo gustav gustaw
luisa lucha louise luise
agnieszka agnes aga agnese ines
wieslaw wiesiek
zdzislaw zdzisiek
kazimierz kazik casimir
tadeusz tadek thaddeus tadeo
slawomir slawek
jaroslawa jarka
miroslaw mirek miroslav
przemyslaw przemek
krzysztof krzysiek christopher cristobal christoph kristof krzys
boguslaw bogus
ewa eva eve yeva
jadwiga jadzia hedwig
grazyna grazka
stanislawa stasia
bartlomiej bartosz bartek bartholomew bartolome
mehmet muhammed mohammad mohammed muhammad mohamed muhammet mohamad mohammod mahomet memo
ahmet ahmed ahmad akhmed
mustafa mustapha musti
ibrahim abraham ebrahim ibo avraham abram
huseyin hussein hossein husain hussain hosein
hasan hassan
osman usman othman uthman
omer omar umar
yusuf youssef
ismail ishmael esmail ismael
suleyman suleiman solomon soleiman sulaiman salomon shlomo suleman
fatma fatima fatimah fatemeh fatoush fati
ayse aisha ayesha aysha aicha
emine amina aminah
zeynep zainab zeinab zaynab
hatice khadija khadijah khadijeh
mahmut mahmoud mahmud
murat murad morad
abdullah abdallah abdollah apo
ali aliy
reza rida ridha riza
mahdi mehdi
saeed said saied sa'id
yasemin yasmin yasmine yasaman jasmin jasmine
moshe moses musa moussa mousa mose moishe
isaac yitzhak itzhak ishaq izaak ishak
david dawid dawud daoud davud daud davit davide
aaron aharon haroun harun
sarah sara sarai
rachel raquel rahel rachela
rebecca rivka rebeca rebekka
hannah hana channah chana
"""

# What the library has by mistake: on a family's phone Bob and Bill are two people.
_WRONG = frozenset({("robert", "bill"), ("robert", "billy")})


@cache
def _table() -> Mapping[str, frozenset[int]]:
    from nicknames import name_triplets

    english: dict[str, set[str]] = {}
    for triplet in name_triplets():
        if (triplet.name1, triplet.name2) in _WRONG:
            continue
        english.setdefault(triplet.name1, {triplet.name1}).add(triplet.name2)
    families = [sorted(english[name]) for name in sorted(english)]
    families += [line.split() for line in _OWN.replace("\\\n", "").strip().splitlines()]
    table: dict[str, set[int]] = {}
    for number, family in enumerate(families):
        for name in family:
            table.setdefault(name, set()).add(number)
    return MappingProxyType({name: frozenset(numbers) for name, numbers in table.items()})


def groups(name: str) -> frozenset[int]:
    """The numbers of the groups that a lower-case Latin name is in; empty if it is not known.

    >>> bool(groups("bill") & groups("william")), bool(groups("john") & groups("joan"))
    (True, False)
    """
    return _table().get(name, frozenset())
