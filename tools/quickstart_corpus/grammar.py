# SPDX-License-Identifier: Apache-2.0
"""How a clause is said in English and in Persian.

Persian: subject, time, (auxiliary), definite object with را, place, prepositional object, indefinite object, manner,
verb. People and machines that act take a plural verb, things a singular one. ZWNJ stands after می and before endings
such as ها wherever the letters would join.
"""

from dataclasses import dataclass

from lexicon import UNJOINED, ZWNJ, Verb

PERSONS = ["1s", "2s", "3s", "1p", "2p", "3p"]
PRESENT_ENDINGS = dict(zip(PERSONS, ["م", "ی", "د", "یم", "ید", "ند"]))
PAST_ENDINGS = dict(zip(PERSONS, ["م", "ی", "", "یم", "ید", "ند"]))
COPULA = dict(zip(PERSONS, ["هستم", "هستی", "است", "هستیم", "هستید", "هستند"]))
COPULA_NOT = dict(zip(PERSONS, ["نیستم", "نیستی", "نیست", "نیستیم", "نیستید", "نیستند"]))
PERFECT_ENDINGS = dict(zip(PERSONS, [ZWNJ + "ام", ZWNJ + "ای", " است", ZWNJ + "ایم", ZWNJ + "اید", ZWNJ + "اند"]))
CLITICS = {"my": "م", "your": "تان", "his": "ش", "her": "ش", "our": "مان", "their": "شان"}


# ---- words ----------------------------------------------------------------------------------------------------------
def joined(word, ending):
    """The ending as a part of the word, with a joiner where the letters would run together."""
    return word + ("" if word[-1] in UNJOINED else ZWNJ) + ending


def fa_plural(noun):
    return noun.fa_plural or joined(noun.fa, "ها")


def ezafe(word, sounded_he=False):
    """The word with the vowel that ties what follows to it, where it is written."""
    if word.endswith("ه") and not sounded_he:
        return word + ZWNJ + "ی"
    if word[-1] in "او":
        return word + "ی"
    return word


def with_clitic(word, owner, sounded_he=False):
    """مادرم, خانه‌ام, صندلی‌ام, کتاب‌هایم."""
    clitic = CLITICS[owner]
    if word.endswith("ه") and not sounded_he or word.endswith("ی"):
        return word + ZWNJ + (clitic if len(clitic) > 1 else "ا" + clitic)
    if word[-1] in "او":
        return word + "ی" + clitic
    return word + clitic


def article(word):
    return "a" if word[0].lower() not in "aeiou" or word.startswith(("uni", "use")) else "an"


def en_plural(noun):
    if noun.en_plural:
        return noun.en_plural
    return noun.en + ("es" if noun.en.endswith(("x", "sh", "ch", "s")) else "s")


# ---- noun phrases ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Phrase:
    en: str
    fa: str
    definite: bool = False  # takes را as an object
    generic: str = ""  # of a bare plural: how Persian says it without را


def phrase(noun, kind, adjective=None, owner=None, number=None):
    """kind: the, the+ (plural), a, bare, this, these, my, my+, number."""
    sounded = noun.vowel == "h"
    plural = kind in ("the+", "bare", "these", "my+") and not noun.mass
    en = en_plural(noun) if plural or kind == "number" else noun.en
    fa = fa_plural(noun) if plural else noun.fa
    singular = noun.fa
    if adjective:
        en = f"{adjective[0]} {en}"
        fa = f"{ezafe(fa, sounded and not plural)} {adjective[1]}"
        singular = f"{ezafe(singular, sounded)} {adjective[1]}"
    if kind in ("the", "the+"):
        return Phrase("the " + en, fa, True)
    if kind == "a":
        return Phrase(f"{article(en)} {en}", "یک " + fa)
    if kind == "bare":
        if noun.mass:
            return Phrase(en, fa, definite=noun.always_plural_fa)
        return Phrase(en, fa, True, generic=singular)
    if kind in ("this", "these"):
        return Phrase(f"{kind} {en}", "این " + fa, True)
    if kind in ("my", "my+"):
        return Phrase(f"{owner} {en}", with_clitic(fa, owner, sounded and not plural and not adjective), True)
    if kind == "number":
        return Phrase(f"{number[0]} {en}", f"{number[1]} {singular}")
    raise ValueError(kind)


# ---- subjects -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Subject:
    en: str
    fa: str
    en_person: str
    fa_person: str
    owner: str = ""  # "his" and so on, for what belongs to it
    name: bool = False  # keeps its capital


# ---- verbs ----------------------------------------------------------------------------------------------------------
def en_be(person, past=False):
    if past:
        return "was" if person in ("1s", "3s") else "were"
    return {"1s": "am", "3s": "is"}.get(person, "are")


def en_verb(verb, person, tense):
    third = person == "3s"
    simple = {
        "present": verb.third if third else verb.en,
        "not": ("does not " if third else "do not ") + verb.en,
        "past": verb.en_past,
        "past not": "did not " + verb.en,
        "now": f"{en_be(person)} {verb.ing}",
        "future": "will " + verb.en,
        "future not": "will not " + verb.en,
        "perfect": ("has " if third else "have ") + verb.participle,
        "can": "can " + verb.en,
        "cannot": "cannot " + verb.en,
        "must": "must " + verb.en,
        "should": "should " + verb.en,
        "want": ("wants to " if third else "want to ") + verb.en,
        "want not": ("does not want to " if third else "do not want to ") + verb.en,
        "like": ("likes to " if third else "like to ") + verb.en,
    }
    return simple[tense]


def prefixed(prefix, stem):
    """ب or ن before a stem: برود, بیاید, نرفت, نیامد."""
    return prefix + ("یا" + stem[1:] if stem.startswith("آ") else stem)


def subjunctive(verb, person, negated=False):
    if verb.has:
        main = ("نداشته" if negated else "داشته") + " باش" + PRESENT_ENDINGS[person]
    elif negated:
        main = prefixed("ن", verb.present) + PRESENT_ENDINGS[person]
    elif verb.light:
        main = verb.present + PRESENT_ENDINGS[person]
    else:
        main = prefixed("ب", verb.present) + PRESENT_ENDINGS[person]
    return main


def fa_verb(verb, person, tense):
    """(auxiliary before the objects, what stands at the end)."""

    def end(main):
        return f"{verb.fa} {main}".strip()

    present = verb.present + PRESENT_ENDINGS[person]
    past = verb.past + PAST_ENDINGS[person]
    want = "خواه" + PRESENT_ENDINGS[person]
    can = "توان" + PRESENT_ENDINGS[person]
    mi, nemi = "می" + ZWNJ, "نمی" + ZWNJ
    if tense == "present":
        return "", end(present if verb.has else mi + present)
    if tense == "not":
        return "", end(prefixed("ن", present) if verb.has else nemi + present)
    if tense == "past":
        return "", end(past)
    if tense == "past not":
        return "", end(prefixed("ن", past))
    if tense == "now":
        return "دار" + PRESENT_ENDINGS[person], end(mi + present)
    if tense == "future":
        return "", end(want + " " + verb.past)
    if tense == "future not":
        return "", end("ن" + want + " " + verb.past)
    if tense == "perfect":
        return "", end(verb.past + "ه" + PERFECT_ENDINGS[person])
    auxiliary = {"can": mi + can, "cannot": nemi + can, "must": "باید", "should": "باید", "want": mi + want,
                 "want not": nemi + want, "like": "دوست دار" + PRESENT_ENDINGS[person]}[tense]
    return auxiliary, end(subjunctive(verb, person))


def fa_imperative(verb, negated=False):
    main = subjunctive(verb, "2p", negated)
    return f"{verb.fa} {main}".strip()


# ---- clauses --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Clause:
    subject: Subject
    verb: Verb
    tense: str = "present"
    object: Phrase = None
    place: tuple = ()  # also a destination, a companion, a vehicle
    time: tuple = ()
    frequency: tuple = ()
    manner: tuple = ()
    time_first: bool = False

    def en_object(self):
        if self.object is None:
            return ""
        if self.verb.preposition and self.verb.preposition[0]:
            return f"{self.verb.preposition[0]} {self.object.en}"
        return self.object.en

    def en(self):
        head = en_verb(self.verb, self.subject.en_person, self.tense)
        if self.frequency:
            head = f"{self.frequency[0]} {head}"
        words = [self.subject.en, head, self.en_object()] + [part[0] for part in (self.manner, self.place) if part]
        if self.time:
            words = [self.time[0]] + words if self.time_first else words + [self.time[0]]
        return " ".join(word for word in words if word)

    def fa_objects(self):
        """(definite object, prepositional object, indefinite object); one of them at most is not empty."""
        if self.object is None:
            return "", "", ""
        if self.verb.preposition:
            fa = self.object.generic if self.verb.plain_object == "singular" else ""
            return "", f"{self.verb.preposition[1]} {fa or self.object.fa}", ""
        if self.object.generic and self.verb.plain_object == "singular":
            return "", "", self.object.generic
        return (self.object.fa + " را", "", "") if self.object.definite else ("", "", self.object.fa)

    def fa_after_subject(self, end=None):
        auxiliary, main = fa_verb(self.verb, self.subject.fa_person, self.tense)
        definite, prepositional, indefinite = self.fa_objects()
        time = self.time[1] if self.time and not self.time_first else ""
        # "دارد" follows the time; باید and the like stand before it.
        opening = [time, auxiliary] if self.tense == "now" else [auxiliary, time]
        words = [self.frequency[1] if self.frequency else ""] + opening + [
            definite, self.place[1] if self.place else "", prepositional, indefinite,
            self.manner[1] if self.manner else "", end or main]
        return " ".join(word for word in words if word)

    def fa(self):
        words = [self.time[1] if self.time and self.time_first else "", self.subject.fa, self.fa_after_subject()]
        return " ".join(word for word in words if word)


def en_question(clause, opening=""):
    """Do models learn …? — with "why", "how" and so on before it."""
    subject, verb, person = clause.subject.en, clause.verb, clause.subject.en_person
    rest = " ".join(w for w in [clause.en_object()] + [p[0] for p in (clause.manner, clause.place, clause.time) if p] if w)
    helper, form = {
        "present": ("does" if person == "3s" else "do", verb.en),
        "past": ("did", verb.en),
        "now": (en_be(person), verb.ing),
        "can": ("can", verb.en),
        "future": ("will", verb.en),
        "must": ("must", verb.en),
        "should": ("should", verb.en),
        "perfect": ("has" if person == "3s" else "have", verb.participle),
        "want": ("does" if person == "3s" else "do", "want to " + verb.en),
    }[clause.tense]
    return " ".join(w for w in [opening, helper, subject, form, rest] if w)
