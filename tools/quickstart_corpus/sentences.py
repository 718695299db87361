# SPDX-License-Identifier: Apache-2.0
"""The kinds of sentences of the quickstart corpus. Each function makes one, as (English, Persian, "." or "?")."""

from dataclasses import replace

import lexicon as lex
from grammar import (COPULA, COPULA_NOT, PAST_ENDINGS, PRESENT_ENDINGS, Clause, Phrase, Subject, en_be, en_question,
                     ezafe, fa_imperative, phrase, with_clitic)

OWNER = {"I": "my", "you": "your", "he": "his", "she": "her", "we": "our", "they": "their"}
TENSES = (["present"] * 34 + ["not"] * 8 + ["past"] * 16 + ["past not"] * 5 + ["now"] * 8 + ["future"] * 8 +
          ["future not"] * 2 + ["perfect"] * 5 + ["can"] * 4 + ["cannot"] * 2 + ["must"] * 3 + ["should"] * 2 +
          ["want"] * 4 + ["want not"] * 2 + ["like"] * 2)
WISHES = ("want", "want not", "like")
STATES = ["present"] * 6 + ["not"] * 2 + ["past"] * 2 + ["past not", "future"]
ONCE = (lex.BUILD, lex.FIND, lex.IMPROVE)  # not every day
MANNERS = {"learn": lex.MANNERS, "translate": lex.MANNERS, "understand": lex.MANNERS[1::2], "read": lex.MANNERS[::2],
           "write": lex.MANNERS[::2], "check": lex.MANNERS[::2], "find": lex.MANNERS[::3], "build": lex.MANNERS[::3],
           "wash": lex.MANNERS[::2], "train": lex.MANNERS[::3], "test": lex.MANNERS[::3], "store": lex.MANNERS[::3]}


# ---- subjects -------------------------------------------------------------------------------------------------------
def pronoun(rng):
    en, fa, person = rng.choice(lex.PRONOUNS)
    return Subject(en, fa, "2s" if en == "you" else person, person, OWNER[en], name=en == "I")


def kin(rng):
    en, fa, owner = rng.choice(lex.KIN)
    of = rng.choice(["my", "my", "your", "our", "his", "her", "their"])
    return Subject(f"{of} {en}", with_clitic(fa, of), "3s", "3s", owner)


def named(rng):
    en, fa, owner = rng.choice(lex.NAMES)
    return Subject(en, fa, "3s", "3s", owner, name=True)


def of_kind(rng, kinds, singular=0.4):
    """The teacher, this model, teachers, the models, these models."""
    en, ens, fa, fas = rng.choice(kinds)
    if rng.chance(singular):
        word = rng.choice([("the", ""), ("the", ""), ("this", "این ")])
        return Subject(f"{word[0]} {en}", word[1] + fa, "3s", "3s")
    word = rng.choice([("the ", ""), ("", ""), ("", ""), ("these ", "این ")])
    return Subject(word[0] + ens, word[1] + fas, "3p", "3p", "their")


def person(rng):
    roll = rng.below(100)
    if roll < 30:
        return pronoun(rng)
    if roll < 50:
        return named(rng)
    if roll < 70:
        return kin(rng)
    if roll < 97:
        return of_kind(rng, lex.PEOPLE)
    return Subject("people", "مردم", "3p", "3p", "their")


def expert(rng):
    return of_kind(rng, lex.EXPERTS, 0.3) if rng.chance(0.75) else person(rng)


def machine(rng):
    if rng.chance(0.25):
        _, ens, _, fas = lex.MACHINES[rng.below(4)]
        return Subject(ens, fas, "3p", "3p", "their")
    if rng.chance(0.25):
        noun = rng.choice(lex.MODELS)
        adjective = rng.choice(lex.ADJECTIVES[noun.en])
        if rng.chance(0.5):
            p = phrase(noun, rng.choice(["the", "this"]), adjective)
            return Subject(p.en, p.fa, "3s", "3s")
        p = phrase(noun, rng.choice(["the+", "bare", "these"]), adjective)
        return Subject(p.en, p.fa, "3p", "3p")
    return of_kind(rng, lex.MACHINES)


# ---- objects --------------------------------------------------------------------------------------------------------
def object_of(rng, verb, noun, subject, described=0.35, negated=False):
    adjective = rng.choice(lex.ADJECTIVES[noun.en]) if noun.en in lex.ADJECTIVES and rng.chance(described) else None
    if noun in lex.LESSONS:
        return phrase(noun, "bare")
    if noun in lex.MEALS:
        return phrase(noun, "my", owner=subject.owner) if subject.owner and rng.chance(0.25) else phrase(noun, "bare")
    if noun is lex.DATA:
        return phrase(noun, rng.choice(["bare", "bare", "the", "these"]), adjective)
    if noun.mass:
        return phrase(noun, rng.choice(["bare", "bare", "the", "this"]), adjective)
    kinds = ["the"] * 5 + ["a"] * 4 + ["bare"] * 4 + ["the+"] * 2 + ["this"] * 2 + ["these"] + ["number"] + ["my"] * 2
    if verb is lex.COMPARE:
        kinds = ["the+", "these", "bare"]
    if negated:
        kinds = [kind for kind in kinds if kind != "a"]  # Persian says it another way
    if noun in lex.TEXTS + lex.MODELS + lex.RESULTS:
        kinds = [kind for kind in kinds if kind != "my"]
    kind = rng.choice(kinds)
    if kind == "my" and (not subject.owner or verb in (lex.BUY, lex.SEE)):
        kind = "the"
    return phrase(noun, kind, None if kind == "number" else adjective, subject.owner, rng.choice(lex.NUMBERS))


# ---- statements -----------------------------------------------------------------------------------------------------
def time_for(rng, clause, times):
    """(time, frequency)."""
    tense = clause.tense
    if tense in ("present", "not"):
        if clause.verb in ONCE:
            return (), ()
        if tense == "present" and rng.chance(0.5):
            return (), rng.choice(lex.FREQUENCY)
        return rng.choice(times["present"]), ()
    if tense in ("past", "past not"):
        return rng.choice(times["past"]), ()
    if tense == "now":
        return rng.choice(times["now"]), ()
    if tense in ("future", "future not", "want", "must"):
        return rng.choice(times["future"]), ()
    return (), ()


def tense_for(rng, verb, by_machine=False):
    if verb.has:
        return rng.choice(STATES)
    while True:
        tense = rng.choice(TENSES)
        if not (verb.stative and tense in ("now", "like")) and not (by_machine and tense in WISHES):
            return tense


def with_time(rng, clause, often=0.35, times=lex.TIMES):
    if clause.verb is lex.READ and clause.tense == "past" and clause.subject.en_person != "3s":
        often = 1  # "they read" alone does not say when
    if clause.verb.has or not rng.chance(often):
        return clause
    time, frequency = time_for(rng, clause, times)
    return replace(clause, time=time, frequency=frequency, time_first=bool(time) and rng.chance(0.25))


def acting(rng, subject, table, by_machine=False):
    verb, nouns = rng.choice(table)
    tense = tense_for(rng, verb, by_machine)
    thing = object_of(rng, verb, rng.choice(nouns), subject, negated="not" in tense)
    clause = Clause(subject, verb, tense, thing)
    if verb.en in lex.WHERE and table is lex.EVERYDAY and rng.chance(0.2):
        clause = replace(clause, place=rng.choice(lex.WHERE[verb.en]))
    said_last = thing.definite and not (thing.generic and verb.plain_object == "singular")
    if said_last and not clause.place and verb.en in MANNERS and rng.chance(0.2):
        clause = replace(clause, manner=rng.choice(MANNERS[verb.en]))
    return with_time(rng, clause, 0.35, lex.TIMES if table is lex.EVERYDAY else lex.WORK_TIMES)


def everyday(rng):
    return acting(rng, person(rng), lex.EVERYDAY)


def of_experts(rng):
    return acting(rng, expert(rng), lex.OF_EXPERTS)


def of_machines(rng):
    if rng.chance(0.08):
        what = rng.choice([("word", "کلمه‌ی بعدی"), ("sentence", "جمله‌ی بعدی"), ("answer", "پاسخ بعدی")])
        return Clause(machine(rng), lex.PREDICT, tense_for(rng, lex.PREDICT, True), Phrase("the next " + what[0], what[1], True))
    return acting(rng, machine(rng), lex.OF_MACHINES, True)


def going(rng):
    subject = person(rng)
    verb = lex.GO if rng.chance(0.75) else lex.COME
    en, fa = rng.choice(lex.DESTINATIONS)
    vehicles = [vehicle for vehicle, places in lex.VEHICLES.items() if en.split()[-1] in places]
    if vehicles and rng.chance(0.3):
        vehicle = rng.choice(vehicles)
        en, fa = f"{en} {vehicle[0]}", f"{vehicle[1]} {fa}"
    elif subject.owner and rng.chance(0.2):
        companion = rng.choice([("friend", "دوست"), ("brother", "برادر"), ("sister", "خواهر"), ("mother", "مادر")])
        en = f"{en} with {subject.owner} {companion[0]}"
        fa = f"با {with_clitic(companion[1], subject.owner)} {fa}"
    return with_time(rng, Clause(subject, verb, tense_for(rng, verb), place=(en, fa)), 0.5)


def resting(rng):
    subject = person(rng)
    if rng.chance(0.12):
        where = rng.choice([("in Tehran", "در تهران"), ("in Shiraz", "در شیراز"), ("in a village", "در یک روستا"),
                            ("in this city", "در این شهر"), ("in a small house", "در یک خانه‌ی کوچک")])
        return Clause(subject, lex.LIVE, rng.choice(["present", "not", "want", "future"]), place=where)
    verb = rng.choice(lex.WITHOUT_OBJECT)
    clause = Clause(subject, verb, tense_for(rng, verb))
    if rng.chance(0.5):
        clause = replace(clause, place=rng.choice(lex.WHERE[verb.en]))
    return with_time(rng, clause, 0.5)


def learning(rng):
    subject = machine(rng) if rng.chance(0.6) else expert(rng)
    en, fa = rng.choice(lex.SOURCES)
    clause = Clause(subject, lex.LEARN_FROM, tense_for(rng, lex.LEARN_FROM, is_machine(subject)), Phrase(en, fa))
    if rng.chance(0.25):
        return replace(clause, manner=rng.choice(lex.MANNERS))
    return with_time(rng, clause, 0.3, lex.WORK_TIMES)


def is_machine(subject):
    return any(word in subject.en for word in ("model", "network", "transformer", "computer", "robot", "machine", "program")
               ) and "programmer" not in subject.en


def every_learner():
    """All that machines may learn from, plainly said."""
    for _, ens, _, fas in lex.MACHINES:
        for en, fa in lex.SOURCES:
            for tense in ("present", "can", "not"):
                yield Clause(Subject(ens, fas, "3p", "3p"), lex.LEARN_FROM, tense, Phrase(en, fa))


def liking(rng):
    subject = person(rng)
    noun = rng.choice(lex.DRINKS + lex.FRUITS + lex.ANIMALS + lex.FOODS + lex.SOUNDS[3:] + lex.READING + lex.GOODS[:1])
    thing = phrase(noun, "bare") if noun.mass or rng.chance(0.6) else phrase(noun, rng.choice(["this", "the", "these"]))
    return Clause(subject, lex.LIKE, rng.choice(["present", "present", "not", "past"]), thing)


def needing(rng):
    subject = person(rng)
    noun = rng.choice(lex.DRINKS[:1] + lex.FOODS + lex.GOODS + lex.READING[:1])
    kind = "bare" if noun.mass else rng.choice(["a", "bare", "this", "number"])
    adjective = rng.choice(lex.ADJECTIVES[noun.en]) if kind == "a" and rng.chance(0.5) else None
    return Clause(subject, lex.NEED, rng.choice(STATES), phrase(noun, kind, adjective, None, rng.choice(lex.NUMBERS)))


def having(rng):
    subject = person(rng)
    tense = rng.choice(["present"] * 6 + ["not"] * 2 + ["past"] * 2)
    if rng.chance(0.3):
        en, fa = rng.choice([("brother", "برادر"), ("sister", "خواهر"), ("friend", "دوست")])
        number = rng.choice(lex.NUMBERS)
        return Clause(subject, lex.HAVE, tense, Phrase(f"{number[0]} {en}s", f"{number[1]} {fa}"))
    noun = rng.choice(lex.GOODS + lex.ANIMALS + lex.READING[:1] + lex.BUILDABLE[:1])
    adjective = rng.choice(lex.ADJECTIVES[noun.en]) if rng.chance(0.5) else None
    if tense == "not":
        # "not a car" is just "not car" in Persian.
        without = phrase(noun, "the", adjective)
        return Clause(subject, lex.HAVE, tense, Phrase(phrase(noun, "a", adjective).en, without.fa))
    kind = rng.choice(["a", "number"])
    return Clause(subject, lex.HAVE, tense,
                  phrase(noun, kind, adjective if kind == "a" else None, None, rng.choice(lex.NUMBERS)))


# ---- to be ----------------------------------------------------------------------------------------------------------
def being(subject, predicate, tense="present"):
    """The Persian predicate and verb, and the English ones, of a subject."""
    en, fa = predicate
    person = subject.fa_person
    if tense == "present":
        return f"{en_be(subject.en_person)} {en}", f"{fa} {COPULA[person]}"
    if tense == "not":
        return f"{en_be(subject.en_person)} not {en}", f"{fa} {COPULA_NOT[person]}"
    if tense == "past":
        return f"{en_be(subject.en_person, True)} {en}", f"{fa} بود{PAST_ENDINGS[person]}"
    return f"will be {en}", f"{fa} خواه{PRESENT_ENDINGS[person]} بود"


def thing_subject(rng, noun, adjective=None, plural=None):
    plural = rng.chance(0.3) if plural is None else plural
    if noun.mass:
        plural = False
    if rng.chance(0.15) and not noun.mass and not plural:
        en, fa, _ = rng.choice(lex.NAMES)
        return Subject(f"{en}'s {noun.en}", f"{ezafe(noun.fa, noun.vowel == 'h')} {fa}", "3s", "3s", name=True)
    p = phrase(noun, rng.choice(["the+", "the+", "these"]) if plural else rng.choice(["the", "the", "this"]), adjective)
    number = "3p" if plural else "3s"
    return Subject(p.en, p.fa, number, number)


def state(rng):
    roll = rng.below(100)
    if roll < 35:
        subject = person(rng)
        en, fa = rng.choice(lex.FEELINGS)
        very = rng.chance(0.3)
        predicate = (f"very {en}", f"خیلی {fa}") if very else (en, fa)
        tense = rng.choice(["present", "present", "present", "not", "past", "future"])
    elif roll < 50:
        subject = rng.choice([kin, named])(rng)
        predicate = rng.choice(lex.JOBS)
        tense = rng.choice(["present", "present", "not", "past"])
    elif roll < 75:
        noun = rng.choice(lex.READING + lex.GOODS + lex.TEXTS + lex.MODELS + lex.SIGHTS + lex.FRUITS + lex.ANIMALS)
        subject = thing_subject(rng, noun)
        predicate = rng.choice(lex.ADJECTIVES[noun.en])
        tense = rng.choice(["present", "present", "present", "not", "past"])
    else:
        noun = rng.choice(lex.READING[:3] + lex.GOODS[4:6] + lex.GOODS[8:] + lex.ANIMALS[:1] + lex.FRUITS)
        subject = thing_subject(rng, noun)
        place = rng.choice([("on", "روی"), ("under", "زیر"), ("beside", "کنار"), ("behind", "پشت")])
        near = rng.choice([("table", "میز"), ("chair", "صندلی"), ("box", "جعبه"), ("window", "پنجره")])
        if near[0] == "window":
            place = rng.choice([("beside", "کنار"), ("behind", "پشت")])
        predicate = (f"{place[0]} the {near[0]}", f"{place[1]} {near[1]}")
        tense = rng.choice(["present", "present", "not", "past"])
    en, fa = being(subject, predicate, tense)
    return f"{subject.en} {en}", f"{subject.fa} {fa}", subject


def there_is(rng):
    noun = rng.choice(lex.READING[:3] + lex.GOODS[4:7] + lex.GOODS[9:] + lex.ANIMALS[:1] + lex.FRUITS)
    place = rng.choice([("on the table", "روی میز"), ("under the chair", "زیر صندلی"), ("in the box", "داخل جعبه"),
                        ("in the room", "در اتاق"), ("behind the door", "پشت در"), ("in my bag", "داخل کیفم")])
    if rng.chance(0.5):
        p = phrase(noun, "a", rng.choice(lex.ADJECTIVES[noun.en]) if rng.chance(0.5) else None)
        return f"there is {p.en} {place[0]}", f"{place[1]} {p.fa} هست"
    p = phrase(noun, "number", None, None, rng.choice(lex.NUMBERS))
    return f"there are {p.en} {place[0]}", f"{place[1]} {p.fa} هست"


def this_is(rng):
    noun = rng.choice(lex.READING + lex.GOODS + lex.MODELS + lex.TEXTS + lex.ANIMALS + lex.SIGHTS + lex.FRUITS)
    p = phrase(noun, "a", rng.choice(lex.ADJECTIVES[noun.en]) if rng.chance(0.6) else None)
    word = rng.choice([("this", "این"), ("that", "آن")])
    return f"{word[0]} is {p.en}", f"{word[1]} {p.fa} است"


def weather(rng):
    kind = rng.choice([("cold", "سرد"), ("hot", "گرم"), ("good", "خوب"), ("cloudy", "ابری"), ("sunny", "آفتابی")])
    where = rng.choice([("", ""), ("in Tehran", "در تهران"), ("in Shiraz", "در شیراز"), ("in this city", "در این شهر"),
                        ("in the village", "در روستا")])
    time, verb, is_ = rng.choice([("today", "است", "is"), ("now", "است", "is"), ("yesterday", "بود", "was"),
                                  ("tomorrow", "خواهد بود", "will be"), ("last week", "بود", "was")])
    fa_time = {"today": "امروز", "now": "اکنون", "yesterday": "دیروز", "tomorrow": "فردا", "last week": "هفته‌ی گذشته"}[time]
    very = rng.chance(0.3)
    en = f"the weather {is_} {'very ' if very else ''}{kind[0]} {where[0]} {time}"
    fa = f"{fa_time} هوا {where[1]} {'خیلی ' if very else ''}{kind[1]} {verb}"
    return " ".join(en.split()), " ".join(fa.split())


# ---- questions ------------------------------------------------------------------------------------------------------
def question(rng):
    clause = rng.choice([everyday, everyday, of_experts, of_machines, learning, going, resting])(rng)
    tense = rng.choice(["present", "present", "present", "past", "can", "future", "want", "should"])
    if clause.verb.stative or clause.verb.has or (is_machine(clause.subject) and tense == "want"):
        tense = rng.choice(["present", "past"])
    clause = replace(clause, tense=tense, time=(), frequency=(), time_first=False)
    roll = rng.below(100)
    if roll < 45:
        return en_question(clause), "آیا " + clause.fa()
    if roll < 60:
        return en_question(clause, "why"), "چرا " + clause.fa()
    if roll < 70 and clause.verb is not lex.GO and not clause.verb.has:
        asked = replace(clause, time=("", "چه وقت"))
        return en_question(replace(clause, time=()), "when"), asked.fa()
    if roll < 80 and clause.verb.en in lex.WHERE and clause.verb is not lex.LEARN_FROM:
        return en_question(replace(clause, place=()), "where"), replace(clause, place=("", "کجا")).fa()
    if roll < 90 and clause.object and not clause.verb.has:
        asked = replace(clause, object=Phrase("", "چه"), manner=(), place=())
        return en_question(asked, "what"), asked.fa()
    who = replace(clause, subject=Subject("who", "چه کسی", "3s", "3s"))
    if any(f" {owner} " in clause.en() for owner in OWNER.values()) or is_machine(clause.subject):
        return en_question(clause), "آیا " + clause.fa()
    return who.en(), who.fa()


def question_of_state(rng):
    roll = rng.below(3)
    if roll == 0:
        subject = person(rng)
        en, fa = rng.choice(lex.FEELINGS)
        return f"{en_be(subject.en_person)} {subject.en} {en}", f"آیا {subject.fa} {fa} {COPULA[subject.fa_person]}"
    if roll == 1:
        noun = rng.choice(lex.READING + lex.GOODS)
        p = phrase(noun, rng.choice(["the", "my", "my"]), None, rng.choice(["my", "your", "his", "her", "our"]))
        return f"where is {p.en}", f"{p.fa} کجاست"
    noun = rng.choice(lex.READING + lex.GOODS + lex.MODELS + lex.TEXTS)
    subject = thing_subject(rng, noun)
    en, fa = rng.choice(lex.ADJECTIVES[noun.en])
    return f"{en_be(subject.en_person)} {subject.en} {en}", f"آیا {subject.fa} {fa} {COPULA[subject.fa_person]}"


# ---- orders ---------------------------------------------------------------------------------------------------------
def order(rng):
    table = rng.choice([lex.EVERYDAY, lex.OF_EXPERTS])
    verb, nouns = rng.choice(table)
    while verb.has or verb in (lex.SEE, lex.HEAR, lex.LEARN, lex.FIND):
        verb, nouns = rng.choice(table)
    nobody = Subject("", "", "2s", "2p")
    clause = Clause(nobody, verb, "present", object_of(rng, verb, rng.choice(nouns), nobody))
    negated = rng.chance(0.2)
    please = rng.chance(0.35)
    en = ("please " if please else "") + ("do not " if negated else "") + f"{verb.en} {clause.en_object()}"
    fa = ("لطفاً " if please else "") + clause.fa_after_subject(fa_imperative(verb, negated))
    return en, fa
