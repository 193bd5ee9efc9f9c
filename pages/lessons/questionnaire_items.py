"""The questionnaire on the lessons: twelve items, each with one right answer and the screen of the lesson that treats it.

The names of items and answers stand in the files that lecturers collect, so they stay. Reptile's lesson has no item of its own: its outer loop is asked about with MAML's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from metamed_core.words import Words


@dataclass(frozen=True)
class Item:
    """One question. options: name of the answer -> its text, the right one first; the page mixes them. lesson, screen: where it is treated."""

    key: str
    lesson: str
    screen: int
    text: Words
    options: Mapping[str, Words]

    @property
    def right(self) -> str:
        """The name of the right answer."""
        return next(iter(self.options))


PEOPLE, ILL = 1000, 10
FOUND, FALSE_ALARM = 0.9, 0.1  # share of the ill, and of the healthy, in whom the test is positive
ILL_AMONG_POSITIVE = ILL * FOUND / (ILL * FOUND + (PEOPLE - ILL) * FALSE_ALARM)
OF_100 = Words("About {n} of 100", "100 人中约 {n} 人")

ITEMS = (
    Item(
        "few_patients", "why", 4,
        Words("What can make six labeled patients enough for a meta-trained learner?", "为什么经过元训练的学习器只凭六位已确诊患者就可能够用？"),
        {
            "earlier_tasks": Words("Many tasks on other diseases have shaped where it starts", "它的起点由许多其他疾病的任务训练而成"),
            "copies": Words("It makes further patients by varying the labeled ones", "它把已确诊患者稍加改动，造出更多患者"),
            "lookup": Words("It looks the diseases up in a medical textbook that is built in", "它会在内置的医学教科书中查找这些疾病"),
            "small_network": Words("Its network is too small to learn anything wrong", "它的网络很小，学不会错误的东西"),
        },
    ),
    Item(
        "two_tables", "episode", 2,
        Words("Why must no patient of the query set be in the support set too?", "查询集的患者为什么不能同时出现在支持集中？"),
        {
            "too_good": Words("The accuracy would look better than it is for new patients", "测得的准确率会高于对新患者的准确率"),
            "slow": Words("It would take the learner far too long to count patients twice", "患者重复计算，学习器会慢得多"),
            "unequal": Words("The diagnoses would no longer have equally many patients", "各种诊断的患者数就不再相等"),
            "confused": Words("The learner would be confused, so that its accuracy falls", "学习器会被重复的患者干扰，准确率因此下降"),
        },
    ),
    Item(
        "two_loops", "maml", 3,
        Words("What do the two loops of MAML change?", "MAML 的两层循环各改变什么？"),
        {
            "own_then_shared": Words("Inner: one task’s own weights; outer: the start that all share", "内循环：某个任务自己的权重；外循环：共同的起点"),
            "shared_then_own": Words("Inner: the start that all share; outer: one task’s own weights", "内循环：共同的起点；外循环：某个任务自己的权重"),
            "labels": Words("Inner: the labels of the patients; outer: the values of the patients", "内循环：患者的诊断标签；外循环：患者的各项化验数值"),
            "step_size": Words("Both: the same weights; the outer one only takes larger steps", "两层改变的是同样的权重，外循环只是步子更大一些"),
        },
    ),
    Item(
        "prototype", "prototypes", 1,
        Words("In a prototypical network, what is the prototype of a diagnosis?", "在原型网络中，一种诊断的原型是什么？"),
        {
            "mean": Words("The mean of its labeled patients, even if no patient is there", "其已确诊患者的均值，哪怕那里没有患者"),
            "typical": Words("The one labeled patient who is most typical of the diagnosis", "最能代表这种诊断的那一位已确诊患者"),
            "textbook": Words("The values that a textbook gives for the diagnosis", "教科书为这种诊断给出的各项典型数值"),
            "first": Words("The patient with the diagnosis who was labeled first", "最先被确诊的那一位患者"),
        },
    ),
    Item(
        "votes", "matching", 2,
        Words("How does a matching network come to its answer?", "匹配网络如何得出答案？"),
        {
            "weighted": Words("Labeled patients vote; the more similar, the more a vote counts", "已确诊患者投票，越相似，票的分量越大"),
            "nearest": Words("The single most similar labeled patient decides, whatever the others say", "只由最相似的那一位已确诊患者决定，其他人不算"),
            "largest": Words("The diagnosis that has the most labeled patients wins", "已确诊患者最多的那种诊断胜出"),
            "line": Words("It draws a straight line half-way between the diagnoses", "它在各种诊断的正中间画一条直线"),
        },
    ),
    Item(
        "prior", "prior_fitted", 5,
        Words("When may a prior-fitted network mislead, however long it was trained?", "先验拟合网络训练得再久，什么时候仍可能误导？"),
        {
            "outside": Words("When the table is unlike those that its prior draws", "当表格与其先验所能抽出的表格不同时"),
            "no_steps": Words("When none of its weights is changed for the table at hand", "当它没有为眼前的表格更新任何权重时"),
            "unknown_name": Words("When the name of a diagnosis did not occur in its training", "当某个诊断名称没有在它的训练中出现过时"),
            "one_by_one": Words("When it is asked about one patient instead of several at once", "当一次只问一位患者、而不是同时问多位时"),
        },
    ),
    Item(
        "interval", "shots", 3,
        Words("The accuracy is 82%, with a 95% interval from 70% to 91%. What does the interval say?", "准确率为 82%，95% 区间为 70% 至 91%。这个区间说明什么？"),
        {
            "true_value": Words("In 95% of such studies, the interval contains the true accuracy", "重复这样的研究，95% 的区间会包含真实准确率"),
            "patients": Words("Each of 95% of the patients is diagnosed correctly in 70% to 91% of attempts", "95% 的患者，每一位被判对的次数都占 70% 至 91%"),
            "episodes": Words("In 95% of the episodes, between 70% and 91% of the answers were right", "95% 的小任务中，答案有 70% 至 91% 是对的"),
            "certain": Words("The learner is 95% sure of every one of its answers", "学习器对自己的每一个答案都有 95% 的把握"),
        },
    ),
    Item(
        "leak", "break_it", 3,
        Words("A column “treatment given” lifts the cross-validated accuracy to nearly 100%. What follows?", "加入“已给治疗”一列后，交叉验证准确率升到近 100%。由此应当怎么做？"),
        {
            "drop": Words("It was written after the diagnosis: drop the column", "这一列写于诊断之后：应删去"),
            "keep": Words("It is the best test of all: keep the column", "这是最好的一项检查：应保留"),
            "other_measure": Words("Cross-validation cannot be right: use the accuracy on the support set", "交叉验证不可能对：应改看支持集上的准确率"),
            "more_patients": Words("There are too few patients: label more and keep the column", "患者太少：应确诊更多患者，并保留这一列"),
        },
    ),
    Item(
        "unlike", "break_it", 5,
        Words("The app warns that a patient is unlike every labeled patient. What does this mean?", "应用警告某位患者“与所有已确诊患者均不相似”。这是什么意思？"),
        {
            "none_may_fit": Words("Perhaps none of the diagnoses in the table fits", "表格中的诊断可能没有一种适合该患者"),
            "new_disease": Words("It is proven that the patient has a disease missing from the table", "已证实该患者患有表格中没有的疾病"),
            "mistyped": Words("One of the values was certainly mistyped and must be corrected", "必定有一个数值输入有误，必须改正"),
            "rarest": Words("The patient has the rarest diagnosis in the table", "该患者患的是表格中最罕见的那种诊断"),
        },
    ),
    Item(
        "calibration", "uncertainty", 1,
        Words("A learner is calibrated. What holds for the answers to which it gives 70%?", "某学习器经过校准。它给出 70% 的那些答案有什么特点？"),
        {
            "share": Words("About 70 of 100 such answers are right", "每 100 个中约有 70 个是对的"),
            "all_right": Words("All of them are right, because 70% is more than half", "全部都对，因为 70% 超过一半"),
            "signs": Words("Each of these patients has 70% of the signs of the diagnosis", "这些患者各有该诊断 70% 的体征"),
            "accuracy": Words("They are as often right as all its answers taken together", "它们的正确率与全部答案的正确率相同"),
        },
    ),
    Item(
        "base_rate", "uncertainty", 4,
        Words(
            "{ill} of {people:,} people have a disease. A test is positive in {found:.0%} of those who have it and in {false:.0%} of the others. How many of the people with a positive test have the disease?",
            "{people} 人中有 {ill} 人患某病。检查在 {found:.0%} 的患者中呈阳性，在其余的人中也有 {false:.0%} 呈阳性。检查阳性者中有多少人真正患病？",
        ).format(ill=ILL, people=PEOPLE, found=FOUND, false=FALSE_ALARM),
        {
            "bayes": OF_100.format(n=round(100 * ILL_AMONG_POSITIVE)),
            "half": OF_100.format(n=50),
            "sensitivity": OF_100.format(n=round(100 * FOUND)),
            "certain": OF_100.format(n=99),
        },
    ),
    Item(
        "knowledge", "textbook", 3,
        Words("You type what a textbook says, such as “ferritin is low in iron deficiency”. What does it do?", "您输入教科书的说法，例如“缺铁时铁蛋白偏低”。它有什么作用？"),
        {
            "while_few": Words("It matters most while patients are few, and can hurt if it is wrong", "患者少时影响最大；写错了可能有害"),
            "overrules": Words("It overrules the labeled patients wherever they differ from it, however many", "与已确诊患者不一致时，一律以它为准，无论患者多少"),
            "nothing": Words("It is only shown beside the answer and changes nothing in it", "它只显示在答案旁边，不改变答案"),
            "always_same": Words("It helps equally with any number of patients, and cannot do harm", "无论有多少患者，帮助都一样大，而且不会有害"),
        },
    ),
)  # fmt: skip
"""All of them, in the order of the lessons."""
