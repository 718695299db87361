# SPDX-License-Identifier: Apache-2.0
"""Words of the quickstart corpus: English and Persian side by side, with what the grammar must know of them."""

from dataclasses import dataclass

ZWNJ = "\u200c"
UNJOINED = set("اآدذرزژوؤ")  # letters that never join the next one: no joiner is written after them


@dataclass(frozen=True)
class Noun:
    en: str
    fa: str
    en_plural: str = ""
    fa_plural: str = ""
    vowel: str = ""  # how the Persian word ends where spelling does not tell: "h" sounded he
    mass: bool = False
    always_plural_fa: bool = False  # data: داده‌ها in any case


@dataclass(frozen=True)
class Verb:
    en: str  # base
    fa: str  # the part of a compound that does not conjugate, or ""
    present: str  # Persian present stem
    past: str  # Persian past stem
    third: str = ""
    en_past: str = ""
    participle: str = ""
    ing: str = ""
    preposition: tuple = ()  # (English, Persian) before the object; () for a direct object
    plain_object: str = "singular"  # how "books" as an object is said: singular, or plural with را
    stative: bool = False  # no "is …ing"
    light: bool = False  # کردن and شدن take no ب in the subjunctive
    has: bool = False  # داشتن: no می, subjunctive داشته باش


def N(en, fa, **more):
    return Noun(en, fa, **more)


def V(forms, fa, present, past, **more):
    """forms: 'write writes wrote written writing'."""
    base, third, en_past, participle, ing = forms.split()
    return Verb(base, fa, present, past, third, en_past, participle, ing, **more)


def nouns(text, **more):
    """'book کتاب, letter نامه': one noun each; 'child/children بچه' gives an uncommon plural."""
    found = []
    for item in text.split(","):
        en, fa = item.strip().rsplit(" ", 1)
        en, _, plural = en.partition("/")
        found.append(Noun(en, fa.replace("_", " "), en_plural=plural, **more))
    return found


# ---- people -----------------------------------------------------------------------------------------------------
PRONOUNS = [("I", "من", "1s"), ("you", "شما", "2p"), ("he", "او", "3s"), ("she", "او", "3s"), ("we", "ما", "1p"),
            ("they", "آن‌ها", "3p")]
NAMES = [("Sara", "سارا", "her"), ("Maryam", "مریم", "her"), ("Mina", "مینا", "her"), ("Leila", "لیلا", "her"),
         ("Ali", "علی", "his"), ("Reza", "رضا", "his"), ("Omid", "امید", "his"), ("Nima", "نیما", "his")]
KIN = [("mother", "مادر", "her"), ("father", "پدر", "his"), ("sister", "خواهر", "her"), ("brother", "برادر", "his"),
       ("grandmother", "مادربزرگ", "her"), ("grandfather", "پدربزرگ", "his"), ("friend", "دوست", ""),
       ("neighbour", "همسایه", "")]
# Singular and plural of people as subjects.
PEOPLE = [("teacher", "teachers", "معلم", "معلمان"), ("student", "students", "دانشجو", "دانشجویان"),
          ("doctor", "doctors", "پزشک", "پزشکان"), ("writer", "writers", "نویسنده", "نویسندگان"),
          ("engineer", "engineers", "مهندس", "مهندسان"), ("farmer", "farmers", "کشاورز", "کشاورزان"),
          ("child", "children", "بچه", "بچه‌ها"), ("girl", "girls", "دختر", "دخترها"), ("boy", "boys", "پسر", "پسرها"),
          ("man", "men", "مرد", "مردها"), ("woman", "women", "زن", "زن‌ها"), ("worker", "workers", "کارگر", "کارگران")]
EXPERTS = [("researcher", "researchers", "پژوهشگر", "پژوهشگران"), ("engineer", "engineers", "مهندس", "مهندسان"),
           ("programmer", "programmers", "برنامه‌نویس", "برنامه‌نویسان"), ("student", "students", "دانشجو", "دانشجویان"),
           ("scientist", "scientists", "دانشمند", "دانشمندان"), ("teacher", "teachers", "معلم", "معلمان"),
           ("translator", "translators", "مترجم", "مترجمان")]
# Machines that act take a plural verb, as people do.
MACHINES = [("model", "models", "مدل", "مدل‌ها"), ("transformer", "transformers", "ترنسفورمر", "ترنسفورمرها"),
            ("language model", "language models", "مدل زبانی", "مدل‌های زبانی"),
            ("neural network", "neural networks", "شبکه‌ی عصبی", "شبکه‌های عصبی"),
            ("computer", "computers", "رایانه", "رایانه‌ها"), ("robot", "robots", "ربات", "ربات‌ها"),
            ("machine", "machines", "ماشین", "ماشین‌ها")]
JOBS = [("a teacher", "معلم"), ("a doctor", "پزشک"), ("an engineer", "مهندس"), ("a writer", "نویسنده"),
        ("a farmer", "کشاورز"), ("a student", "دانشجو"), ("a programmer", "برنامه‌نویس"), ("a translator", "مترجم"),
        ("a painter", "نقاش"), ("a nurse", "پرستار"), ("a driver", "راننده"), ("a cook", "آشپز")]

# ---- things -----------------------------------------------------------------------------------------------------
READING = nouns("book کتاب, letter نامه, newspaper روزنامه, story/stories داستان, poem شعر, article مقاله, "
                "message پیام")
WRITING = nouns("letter نامه, story/stories داستان, poem شعر, article مقاله, message پیام, sentence جمله, "
                "program برنامه")
MEALS = nouns("breakfast صبحانه, lunch ناهار, dinner شام", mass=True)
FOODS = nouns("bread نان, rice برنج, fish ماهی, soup سوپ, cheese پنیر, fruit میوه", mass=True)
FRUITS = nouns("apple سیب, orange پرتقال, egg تخم‌مرغ, tomato/tomatoes گوجه‌فرنگی")
DRINKS = nouns("water آب, tea چای, milk شیر, coffee قهوه", mass=True)
GOODS = nouns("car ماشین, bicycle دوچرخه, chair صندلی, carpet فرش, shirt پیراهن, bag کیف, flower گل, table میز, "
              "lamp چراغ, hat کلاه, pen خودکار")
GOODS = [Noun(n.en, n.fa, vowel="h") if n.en == "hat" else n for n in GOODS]
ANIMALS = nouns("cat گربه, dog سگ, bird پرنده, horse اسب, sheep/sheep گوسفند, rabbit خرگوش")
SIGHTS = nouns("tree درخت, river رودخانه, star ستاره, garden باغ, bridge پل, house خانه") + [
    N("mountain", "کوه", vowel="h")]
OPENABLE = nouns("door در, window پنجره, box/boxes جعبه, bag کیف")
BUILDABLE = nouns("house خانه, bridge پل, table میز, school مدرسه, wall دیوار, room اتاق")
SOUNDS = nouns("song ترانه, story/stories داستان, voice صدا") + [N("music", "موسیقی", mass=True)]
LESSONS = [N("Persian", "فارسی", mass=True), N("English", "انگلیسی", mass=True), N("mathematics", "ریاضی", mass=True),
           N("music", "موسیقی", mass=True), N("programming", "برنامه‌نویسی", mass=True), N("history", "تاریخ", mass=True)]
TEXTS = nouns("text متن, sentence جمله, word کلمه, question پرسش, answer پاسخ, article مقاله, book کتاب")
DATA = N("data", "داده‌ها", mass=True, always_plural_fa=True)
MODELS = nouns("model مدل, program برنامه, robot ربات, computer رایانه") + [
    N("neural network", "شبکه‌ی عصبی", en_plural="neural networks", fa_plural="شبکه‌های عصبی"),
    N("language model", "مدل زبانی", en_plural="language models", fa_plural="مدل‌های زبانی"),
    N("transformer", "ترنسفورمر")]
RESULTS = nouns("result نتیجه, answer پاسخ, image تصویر, example مثال, report گزارش")

# What one learns from: always plural in Persian where it is plural in English.
SOURCES = [("data", "داده‌ها"), ("text", "متن"), ("texts", "متن‌ها"), ("books", "کتاب‌ها"), ("examples", "مثال‌ها"),
           ("mistakes", "اشتباه‌ها"), ("experience", "تجربه"), ("images", "تصویرها"), ("stories", "داستان‌ها"),
           ("sentences", "جمله‌ها"), ("history", "تاریخ"), ("nature", "طبیعت"), ("new data", "داده‌های جدید"),
           ("good books", "کتاب‌های خوب"), ("old texts", "متن‌های قدیمی"), ("simple examples", "مثال‌های ساده"),
           ("this text", "این متن"), ("this book", "این کتاب"), ("these examples", "این مثال‌ها"),
           ("these data", "این داده‌ها"), ("many examples", "مثال‌های زیادی")]

# ---- adjectives ---------------------------------------------------------------------------------------------------
ADJECTIVES = {}


def described(adjectives, *groups):
    pairs = [tuple(item.strip().split(" ")) for item in adjectives.split(",")]
    for noun in [n for group in groups for n in group]:
        ADJECTIVES.setdefault(noun.en, pairs)


described("new جدید, short کوتاه, long بلند, simple ساده, difficult دشوار, important مهم, Persian فارسی, "
          "English انگلیسی", TEXTS[:4])
described("good خوب, short کوتاه, long بلند, simple ساده, important مهم", TEXTS[4:5])
described("new جدید, big بزرگ, small کوچک, fast سریع, good خوب, simple ساده, powerful قدرتمند", MODELS)
described("new جدید, old قدیمی, good خوب, interesting جالب, short کوتاه, useful مفید, important مهم", READING, WRITING)
described("new جدید, good خوب, important مهم, interesting جالب, simple ساده", RESULTS)
described("new جدید, good خوب, important مهم, old قدیمی", [DATA])
described("red قرمز, big بزرگ, small کوچک, fresh تازه", FRUITS[:2] + FRUITS[3:])
described("fresh تازه, big بزرگ, small کوچک", FRUITS[2:3])
described("fresh تازه", FOODS[:1] + FOODS[2:3] + FOODS[4:])
described("hot داغ", FOODS[3:4])
described("hot داغ, cold سرد", DRINKS)
described("new جدید, old قدیمی, big بزرگ, small کوچک, red قرمز, white سفید, black سیاه, blue آبی, cheap ارزان, "
          "expensive گران, beautiful زیبا", GOODS)
described("white سفید, black سیاه, big بزرگ, small کوچک, beautiful زیبا", ANIMALS)
described("big بزرگ, small کوچک, beautiful زیبا", SIGHTS, BUILDABLE)
described("big بزرگ, small کوچک, white سفید, black سیاه", OPENABLE)
described("new جدید, beautiful زیبا, old قدیمی, sad غم‌انگیز", SOUNDS)
FEELINGS = [("happy", "خوشحال"), ("tired", "خسته"), ("sad", "غمگین"), ("hungry", "گرسنه"), ("thirsty", "تشنه"),
            ("ill", "بیمار"), ("ready", "آماده"), ("worried", "نگران"), ("kind", "مهربان"),
            ("young", "جوان"), ("clever", "باهوش")]

# ---- places and times ---------------------------------------------------------------------------------------------
DESTINATIONS = [("to school", "به مدرسه"), ("to the market", "به بازار"), ("to the park", "به پارک"),
                ("to the library", "به کتابخانه"), ("to the university", "به دانشگاه"),
                ("to the hospital", "به بیمارستان"), ("to the village", "به روستا"), ("to the city", "به شهر"),
                ("to the garden", "به باغ"), ("home", "به خانه"), ("to the cinema", "به سینما"),
                ("to the station", "به ایستگاه"), ("to the sea", "به دریا"), ("to Tehran", "به تهران"),
                ("to Shiraz", "به شیراز")]
HOME, SCHOOL, GARDEN, PARK = ("at home", "در خانه"), ("at school", "در مدرسه"), ("in the garden", "در باغ"), ("in the park", "در پارک")
LIBRARY, KITCHEN = ("in the library", "در کتابخانه"), ("in the kitchen", "در آشپزخانه")
UNIVERSITY, CITY = ("at the university", "در دانشگاه"), ("in the city", "در شهر")
VILLAGE, HOSPITAL = ("in the village", "در روستا"), ("in the hospital", "در بیمارستان")
VEHICLES = {("by bus", "با اتوبوس"): ("school", "market", "library", "university", "hospital", "village", "city", "sea", "Tehran", "Shiraz"),
            ("by train", "با قطار"): ("city", "sea", "Tehran", "Shiraz"),
            ("by car", "با ماشین"): ("market", "hospital", "village", "city", "garden", "sea", "Tehran", "Shiraz", "home"),
            ("by bicycle", "با دوچرخه"): ("school", "market", "park", "library", "village", "garden", "home")}
FREQUENCY = [("always", "همیشه"), ("usually", "معمولاً"), ("often", "اغلب"), ("sometimes", "گاهی")]
# Of people's days, and of slower work.
TIMES = {
    "present": [("every day", "هر روز"), ("every week", "هر هفته"), ("every night", "هر شب"), ("on Fridays", "جمعه‌ها")],
    "past": [("yesterday", "دیروز"), ("last night", "دیشب"), ("last week", "هفته‌ی گذشته"), ("this morning", "امروز صبح")],
    "future": [("tomorrow", "فردا"), ("next week", "هفته‌ی آینده"), ("tonight", "امشب")],
    "now": [("now", "اکنون"), ("today", "امروز")],
}
WORK_TIMES = {
    "present": [("every day", "هر روز"), ("today", "امروز")],
    "past": [("yesterday", "دیروز"), ("last week", "هفته‌ی گذشته"), ("last year", "سال گذشته")],
    "future": [("tomorrow", "فردا"), ("next week", "هفته‌ی آینده"), ("next year", "سال آینده")],
    "now": [("now", "اکنون"), ("today", "امروز")],
}
MANNERS = [("quickly", "سریع"), ("well", "خوب"), ("slowly", "آهسته"), ("easily", "به‌آسانی")]
NUMBERS = [("two", "دو"), ("three", "سه"), ("four", "چهار"), ("five", "پنج"), ("ten", "ده")]

# ---- verbs ---------------------------------------------------------------------------------------------------------
READ = V("read reads read read reading", "", "خوان", "خواند")
WRITE = V("write writes wrote written writing", "", "نویس", "نوشت")
EAT = V("eat eats ate eaten eating", "", "خور", "خورد")
DRINK = V("drink drinks drank drunk drinking", "", "نوش", "نوشید")
BUY = V("buy buys bought bought buying", "", "خر", "خرید")
SELL = V("sell sells sold sold selling", "", "فروش", "فروخت")
SEE = V("see sees saw seen seeing", "", "بین", "دید", stative=True, plain_object="plural")
COOK = V("cook cooks cooked cooked cooking", "", "پز", "پخت")
OPEN = V("open opens opened opened opening", "باز", "کن", "کرد", light=True, plain_object="plural")
CLOSE = V("close closes closed closed closing", "", "بند", "بست", plain_object="plural")
WASH = V("wash washes washed washed washing", "", "شوی", "شست", plain_object="plural")
BUILD = V("build builds built built building", "", "ساز", "ساخت")
HEAR = V("hear hears heard heard hearing", "", "شنو", "شنید", stative=True, plain_object="plural")
BRING = V("bring brings brought brought bringing", "", "آور", "آورد", plain_object="plural")
FIND = V("find finds found found finding", "پیدا", "کن", "کرد", light=True, stative=True, plain_object="plural")
TEACH = V("teach teaches taught taught teaching", "درس", "ده", "داد")
STUDY = V("study studies studied studied studying", "درس", "خوان", "خواند")
LEARN = V("learn learns learned learned learning", "یاد", "گیر", "گرفت")
LEARN_FROM = V("learn learns learned learned learning", "یاد", "گیر", "گرفت", preposition=("from", "از"))
LIKE = V("like likes liked liked liking", "دوست", "دار", "داشت", stative=True, has=True)
NEED = V("need needs needed needed needing", "نیاز", "دار", "داشت", stative=True, has=True, preposition=("", "به"))
HAVE = V("have has had had having", "", "دار", "داشت", stative=True, has=True)
USE = V("use uses used used using", "استفاده", "کن", "کرد", light=True, preposition=("", "از"),
        plain_object="plural")
UNDERSTAND = V("understand understands understood understood understanding", "", "فهم", "فهمید", stative=True,
               plain_object="plural")
TRANSLATE = V("translate translates translated translated translating", "ترجمه", "کن", "کرد", light=True,
              plain_object="plural")
GENERATE = V("generate generates generated generated generating", "تولید", "کن", "کرد", light=True)
TRAIN = V("train trains trained trained training", "آموزش", "ده", "داد", plain_object="plural")
TEST = V("test tests tested tested testing", "آزمایش", "کن", "کرد", light=True, plain_object="plural")
IMPROVE = V("improve improves improved improved improving", "بهبود", "ده", "داد", plain_object="plural")
COMPARE = V("compare compares compared compared comparing", "مقایسه", "کن", "کرد", light=True, plain_object="plural")
CHECK = V("check checks checked checked checking", "بررسی", "کن", "کرد", light=True, plain_object="plural")
COLLECT = V("collect collects collected collected collecting", "جمع‌آوری", "کن", "کرد", light=True,
            plain_object="plural")
EXPLAIN = V("explain explains explained explained explaining", "توضیح", "ده", "داد", plain_object="plural")
PREDICT = V("predict predicts predicted predicted predicting", "پیش‌بینی", "کن", "کرد", light=True,
            plain_object="plural")
STORE = V("store stores stored stored storing", "ذخیره", "کن", "کرد", light=True, plain_object="plural")
GO = V("go goes went gone going", "", "رو", "رفت")
COME = V("come comes came come coming", "", "آی", "آمد")
WORK = V("work works worked worked working", "کار", "کن", "کرد", light=True)
PLAY = V("play plays played played playing", "بازی", "کن", "کرد", light=True)
SLEEP = V("sleep sleeps slept slept sleeping", "", "خواب", "خوابید")
REST = V("rest rests rested rested resting", "استراحت", "کن", "کرد", light=True)
RUN = V("run runs ran run running", "", "دو", "دوید")
SING = V("sing sings sang sung singing", "آواز", "خوان", "خواند")
TALK = V("talk talks talked talked talking", "صحبت", "کن", "کرد", light=True)
WAIT = V("wait waits waited waited waiting", "صبر", "کن", "کرد", light=True)
LIVE = V("live lives lived lived living", "زندگی", "کن", "کرد", light=True)

# Verbs and what they may have as objects.
EVERYDAY = [(READ, READING), (WRITE, WRITING), (EAT, MEALS + FOODS + FRUITS), (DRINK, DRINKS),
            (BUY, GOODS + FOODS + FRUITS), (SELL, GOODS + FRUITS), (SEE, ANIMALS + SIGHTS), (COOK, MEALS + FOODS[1:4]),
            (OPEN, OPENABLE), (CLOSE, OPENABLE), (WASH, GOODS[:1] + GOODS[4:6] + FRUITS[:2]), (BUILD, BUILDABLE),
            (HEAR, SOUNDS), (BRING, GOODS[2:] + FOODS + READING), (FIND, GOODS + READING), (TEACH, LESSONS),
            (LEARN, LESSONS)]
OF_EXPERTS = [(READ, TEXTS[:2] + TEXTS[5:]), (WRITE, WRITING), (TRANSLATE, TEXTS), (TRAIN, MODELS), (TEST, MODELS),
              (BUILD, MODELS), (IMPROVE, MODELS), (COMPARE, MODELS + RESULTS), (CHECK, RESULTS + TEXTS + [DATA]),
              (COLLECT, [DATA] + TEXTS[:3] + RESULTS[2:4]), (EXPLAIN, RESULTS[:2] + TEXTS[3:4] + RESULTS[3:4]),
              (USE, MODELS + [DATA]), (STORE, [DATA] + RESULTS[:3]), (NEED, [DATA] + MODELS)]
OF_MACHINES = [(READ, TEXTS[:2] + TEXTS[5:]), (TRANSLATE, TEXTS), (WRITE, WRITING[1:]),
               (GENERATE, TEXTS[:2] + TEXTS[4:5] + RESULTS[2:3]), (UNDERSTAND, TEXTS[:4]),
               (PREDICT, TEXTS[2:3] + TEXTS[4:5] + RESULTS[:1]), (STORE, [DATA] + RESULTS[:3]),
               (USE, [DATA] + RESULTS[3:4]), (NEED, [DATA] + RESULTS[3:4] + TEXTS[:1]),
               (COMPARE, TEXTS[:3] + RESULTS[2:3]), (CHECK, TEXTS[:3] + [DATA]), (LEARN, LESSONS[:3])]
# Where one does what.
WHERE = {"read": [HOME, SCHOOL, LIBRARY, GARDEN, PARK, UNIVERSITY], "write": [HOME, SCHOOL, LIBRARY, GARDEN, UNIVERSITY],
         "eat": [HOME, KITCHEN, GARDEN, PARK, SCHOOL], "drink": [HOME, KITCHEN, GARDEN, PARK], "cook": [HOME, KITCHEN],
         "teach": [SCHOOL, UNIVERSITY, CITY, VILLAGE], "learn": [SCHOOL, UNIVERSITY, HOME], "work": [GARDEN, HOSPITAL,
         UNIVERSITY, LIBRARY, CITY, VILLAGE, KITCHEN, HOME], "play": [GARDEN, PARK, HOME, SCHOOL], "sleep": [HOME, GARDEN,
         HOSPITAL, VILLAGE], "rest": [HOME, GARDEN, PARK, VILLAGE, HOSPITAL], "run": [PARK, GARDEN], "sing": [GARDEN, PARK,
         HOME, VILLAGE, SCHOOL], "talk": [GARDEN, PARK, HOME, SCHOOL, LIBRARY, KITCHEN, UNIVERSITY], "wait": [PARK, HOSPITAL,
         LIBRARY, UNIVERSITY, HOME], "study": [HOME, SCHOOL, LIBRARY, UNIVERSITY, GARDEN]}
WITHOUT_OBJECT = [WORK, PLAY, SLEEP, REST, RUN, SING, TALK, WAIT, STUDY]
