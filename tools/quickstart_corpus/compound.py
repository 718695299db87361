# SPDX-License-Identifier: Apache-2.0
"""Sentences of two clauses, and fixed ones, of the quickstart corpus; as those of sentences.py."""

from dataclasses import replace

import lexicon as lex
from grammar import Clause, phrase
from sentences import OWNER, being, everyday, going, learning, object_of, of_experts, of_machines, person, state

MATRICES = [("I think that", "من فکر می‌کنم که"), ("we know that", "ما می‌دانیم که"), ("she says that", "او می‌گوید که"),
            ("they believe that", "آن‌ها باور دارند که"), ("the teacher says that", "معلم می‌گوید که"),
            ("researchers say that", "پژوهشگران می‌گویند که"), ("I know that", "من می‌دانم که"),
            ("Sara thinks that", "سارا فکر می‌کند که"), ("Ali knows that", "علی می‌داند که"),
            ("my father says that", "پدرم می‌گوید که"), ("scientists believe that", "دانشمندان باور دارند که")]


def reported(rng):
    en, fa = rng.choice(MATRICES)
    if rng.chance(0.25):
        inner_en, inner_fa, _ = state(rng)
    else:
        clause = rng.choice([learning, of_machines, of_machines, everyday, of_experts, going])(rng)
        clause = replace(clause, time_first=False)
        inner_en, inner_fa = clause.en(), clause.fa()
    return f"{en} {inner_en}", f"{fa} {inner_fa}"


def both(rng):
    """Two actions of one subject."""
    subject = person(rng)
    tense = rng.choice(["present", "present", "past", "future"])
    verbs = [rng.choice(lex.EVERYDAY[:4] + lex.EVERYDAY[7:8]) for _ in range(2)]
    if verbs[0][0] is verbs[1][0]:
        verbs[1] = (lex.DRINK, lex.DRINKS) if verbs[0][0] is not lex.DRINK else (lex.READ, lex.READING)
    clauses = [Clause(subject, verb, tense, object_of(rng, verb, rng.choice(nouns), subject, 0.1)) for verb, nouns in verbs]
    second = replace(clauses[1], subject=replace(subject, en="")).en()
    if tense == "future":
        second = second.removeprefix("will ")
    return f"{clauses[0].en()} and {second}", f"{clauses[0].fa()} و {clauses[1].fa_after_subject()}"


def contrast(rng):
    subject = person(rng)
    group = rng.choice([lex.DRINKS, lex.FRUITS, lex.ANIMALS, lex.FOODS])
    first = rng.choice(group)
    second = rng.choice([noun for noun in group if noun is not first])
    yes = Clause(subject, lex.LIKE, "present", phrase(first, "bare"))
    no = Clause(subject, lex.LIKE, "not", phrase(second, "bare"))
    he = {"his": "he", "her": "she"}.get(subject.owner, "")
    again = subject.en if subject.en in OWNER else he if subject.en_person == "3s" and he else "they"
    if subject.en_person == "3s" and not he and subject.en not in OWNER:
        return yes.en(), yes.fa()
    return f"{yes.en()}, but {replace(no, subject=replace(subject, en=again)).en()}", f"{yes.fa()}، اما {no.fa_after_subject()}"


CAUSES = [("tired", [(lex.WORK, None), (lex.RUN, None), (lex.STUDY, None)], "past"),
          ("happy", [(lex.BUY, lex.GOODS), (lex.FIND, lex.GOODS), (lex.READ, lex.READING)], "past"),
          ("hungry", [(lex.EAT, lex.MEALS + lex.FOODS)], "past not"), ("thirsty", [(lex.DRINK, lex.DRINKS)], "past not"),
          ("sad", [(lex.FIND, lex.GOODS), (lex.SLEEP, None)], "past not")]
REMEDIES = [("hungry", [(lex.EAT, lex.FOODS + lex.FRUITS), (lex.COOK, lex.FOODS[1:4])]), ("thirsty", [(lex.DRINK, lex.DRINKS)]),
            ("tired", [(lex.REST, None), (lex.SLEEP, None), (lex.DRINK, lex.DRINKS[1:])]),
            ("happy", [(lex.SING, None), (lex.PLAY, None)])]
FEELING = dict(lex.FEELINGS)


def same_again(subject):
    if subject.en in OWNER:
        return subject.en
    return {"his": "he", "her": "she"}.get(subject.owner, "they" if subject.en_person == "3p" else "")


def because(rng):
    subject = person(rng)
    again = same_again(subject)
    while not again:
        subject = person(rng)
        again = same_again(subject)
    feeling, verbs, tense = rng.choice(CAUSES)
    verb, nouns = rng.choice(verbs)
    thing = None
    if nouns:
        noun = rng.choice(nouns)
        adjective = rng.choice(lex.ADJECTIVES[noun.en]) if noun.en in lex.ADJECTIVES and tense == "past" else None
        thing = phrase(noun, "bare" if noun.mass else "the" if tense == "past not" else "a", adjective)
    en, fa = being(subject, (feeling, FEELING[feeling]))
    clause = Clause(replace(subject, en=again), verb, tense, thing)
    return f"{subject.en} {en} because {clause.en()}", f"{subject.fa} {fa} چون {clause.fa_after_subject()}"


def whenever(rng):
    subject = person(rng)
    again = same_again(subject)
    while not again:
        subject = person(rng)
        again = same_again(subject)
    feeling, verbs = rng.choice(REMEDIES)
    verb, nouns = rng.choice(verbs)
    thing = phrase(rng.choice(nouns), "bare") if nouns else None
    en, fa = being(subject, (feeling, FEELING[feeling]))
    clause = Clause(replace(subject, en=again), verb, "present", thing)
    return f"when {subject.en} {en}, {clause.en()}", f"وقتی {subject.fa} {fa}، {clause.fa_after_subject()}"


def conditional(rng):
    if rng.chance(0.5):
        _, ens, _, fas = rng.choice(lex.MACHINES)
        kind = rng.choice([("good data", "داده‌های خوب"), ("new data", "داده‌های جدید"), ("many examples", "مثال‌های زیادی"),
                           ("simple examples", "مثال‌های ساده"), ("enough data", "داده‌های کافی")])
        how = rng.choice(lex.MANNERS)
        return (f"if {ens} have {kind[0]}, they learn {how[0]}",
                f"اگر {fas} {kind[1]} داشته باشند، {how[1]} یاد می‌گیرند")
    lesson = rng.choice(lex.LESSONS)
    what = rng.choice([("read this book", "این کتاب را بخوانید"), ("ask the teacher", "از معلم بپرسید"),
                       ("study every day", "هر روز درس بخوانید"), ("read many books", "کتاب‌های زیادی بخوانید"),
                       ("go to the university", "به دانشگاه بروید"), ("come to school", "به مدرسه بیایید")])
    return f"if you want to learn {lesson.en}, {what[0]}", f"اگر می‌خواهید {lesson.fa} یاد بگیرید، {what[1]}"


FIXED = [("hello", "سلام", "."), ("good morning", "صبح بخیر", "."), ("good night", "شب بخیر", "."),
         ("how are you", "حال شما چطور است", "?"), ("I am well", "من خوب هستم", "."), ("thank you", "متشکرم", "."),
         ("thank you very much", "خیلی متشکرم", "."), ("you are welcome", "خواهش می‌کنم", "."),
         ("goodbye", "خداحافظ", "."), ("see you tomorrow", "فردا می‌بینمتان", "."), ("welcome", "خوش آمدید", "."),
         ("excuse me", "ببخشید", "."), ("what is your name", "نام شما چیست", "?"), ("my name is Sara", "نام من سارا است", "."),
         ("my name is Ali", "نام من علی است", "."), ("where are you from", "شما اهل کجا هستید", "?"),
         ("I am from Iran", "من اهل ایران هستم", "."), ("I am from Shiraz", "من اهل شیراز هستم", "."),
         ("what time is it", "ساعت چند است", "?"), ("how much is this", "این چند است", "?"), ("what is this", "این چیست", "?"),
         ("who is he", "او کیست", "?"), ("I do not know", "من نمی‌دانم", "."), ("I do not understand", "من نمی‌فهمم", "."),
         ("please help me", "لطفاً به من کمک کنید", "."), ("can you help me", "آیا می‌توانید به من کمک کنید", "?"),
         ("it is raining", "باران می‌بارد", "."), ("it is snowing", "برف می‌بارد", "."), ("do not worry", "نگران نباشید", "."),
         ("how do models learn", "مدل‌ها چگونه یاد می‌گیرند", "?"), ("how do children learn", "بچه‌ها چگونه یاد می‌گیرند", "?"),
         ("how do transformers learn", "ترنسفورمرها چگونه یاد می‌گیرند", "?"),
         ("how do neural networks learn", "شبکه‌های عصبی چگونه یاد می‌گیرند", "?"), ("data is important", "داده‌ها مهم هستند", "."),
         ("good data is important", "داده‌های خوب مهم هستند", "."), ("I speak Persian", "من فارسی صحبت می‌کنم", "."),
         ("do you speak Persian", "آیا شما فارسی صحبت می‌کنید", "?"), ("she speaks English", "او انگلیسی صحبت می‌کند", "."),
         ("attention is all you need", "توجه تنها چیزی است که نیاز دارید", ".")]
