"""Lesson 7, a prior-fitted network: what it was practised on, what that makes of it, and where the practice misleads."""

from __future__ import annotations

from metamed_core.drawing.picture import Figure
from metamed_core.learners import PriorFitted, PriorFittedClassifier
from metamed_core.meta_training.tasks import table
from metamed_core.words import Words
from pages.lessons.l07_prior_fitted import computation as world
from pages.lessons.l07_prior_fitted import pictures, practice
from pages.lessons.l07_prior_fitted.computation import Prior
from pages.lessons.latex import number
from pages.lessons.script import Act, Code, Formula, Knob, Lesson, Note, Question, Screen

# -- what the reader can do ------------------------------------------------------------------------------------------

KIND = Knob(
    "kind",
    Words("kind of disease", "疾病类型"),
    options={
        "pathways": Words("organ systems", "器官系统"),
        "mechanisms": Words("mechanisms", "发病机制"),
        "rules": Words("criteria", "诊断标准"),
        "spectra": Words("too little, too much", "过少与过多"),
    },
)
WORLD = Knob(
    "world",
    Words("the table", "表格"),
    options={
        "assumed": Words("as assumed", "符合假设"),
        "faces": Words("disease 2 on both sides", "疾病 2 分居两侧"),
        "shuffled": Words("labels shuffled", "标签打乱"),
    },
)
NEXT = Act[Prior](
    "next", Words("Next task", "下一个任务"), ":material/skip_next:", lambda s: s.but(number=(s.number + 1) % (world.MOST_TASKS + 1))
)
MORE = Act[Prior](
    "more",
    Words("Twice as many patients", "患者加倍"),
    ":material/group_add:",
    lambda s: s.but(shots=2 * s.shots),
    lambda s: s.shots >= world.MOST_SHOTS,
)
PRACTISE = Act[Prior](
    "practise",
    Words("Practise {n} steps", "练习 {n} 步").format(n=practice.PORTION),
    ":material/fitness_center:",
    lambda s: s.but(practice=s.practice + practice.PORTION),
    lambda s: s.practice >= world.MOST_PRACTICE,
)
N_PRACTISED = 12_000 * 32  # tasks of the shipped network's practice, as its card says: steps times tasks a step; a test compares

# -- what stands under the figures -----------------------------------------------------------------------------------


def drawn(state: Prior) -> Formula:
    """How a task comes about, with this one's size."""
    task = world.exercise(state.seed, state.kind, state.number)
    missing = 100 * float(task.values.isnan().double().mean())
    return Formula(
        r"<rule> \sim <prior>, \qquad (x, y) \sim <rule>",
        rf"<seed>\ {state.seed}, <task>\ {state.number + 1}: \quad {world.N_WAY} \cdot {world.N_LABELLED} = {task.n}\ <labelled>, \quad {task.values.shape[1]}\ <tests>, \quad {number(missing, 0)}\,\%\ <missing>",
        Words(
            "$\\sim$: is drawn by chance from; $x$: the tests of a patient, $y$: the diagnosis. First come the diseases (which tests they move, and how), then their patients. The network that comes with MetaMed, “shipped” below, has practised on {n} such tasks, none twice.",
            "$\\sim$：随机抽自；$x$：患者的各项检验，$y$：诊断。先抽取疾病（影响哪些检验、如何影响），再抽取患者。MetaMed 自带的网络练习过 {n} 个这样的任务，没有一个重复。",
        ).format(n=f"{N_PRACTISED:,}"),
        {
            "rule": Words("disease", "疾病"),
            "prior": Words("prior", "先验"),
            "seed": Words("seed", "种子"),
            "task": Words("task", "任务"),
            "labelled": Words("labelled patients", "位已确诊患者"),
            "tests": Words("tests", "项检验"),
            "missing": Words("missing", "缺失"),
        },
    )


def graded(state: Prior) -> Formula:
    """The loss of this exercise."""
    loss, right, n = world.exercise_loss(state)
    return Formula(
        r"\min_\theta\ \mathbb{E}_{<prior>}\Big[-\log q_\theta(y \mid x, S)\Big]",
        rf"-\overline{{\log q}} = {number(loss)} \qquad <guess>: \log {world.N_WAY} = {number(1.0986)} \qquad <right>: \frac{{{right}}}{{{n}}}",
        Words(
            "The loss $-\\log q$: 0 for a truth held for certain, the larger the less probable the truth was held; here its mean over the twelve. $q_\\theta$: the network's probability of the truth, $\\theta$: its weights, $S$: labelled patients, $\\mathbb{E}$: "
            "mean over all tasks of the prior. Of one task the loss can still be large.",
            "损失 $-\\log q$：对真实诊断十分肯定时为 0，越不看好则越大；此处为十二位患者的平均。$q_\\theta$：网络给真实诊断的概率；$\\theta$：网络的权重；$S$：已确诊患者；$\\mathbb{E}$：对先验的全部任务取平均。单个任务的损失仍可能很大。",
        ),
        {
            "prior": Words("prior", "先验"),
            "guess": Words("guessing", "瞎猜"),
            "right": Words("right", "正确"),
        },
    )


def approaches(state: Prior) -> Formula:
    """How far the small network is from the exact answer, at first and now."""
    first, now = (100 * practice.small_gap(state.seed, n) for n in (0, state.practice))
    return Formula(
        r"\min_q \mathbb{E}[-\log q] \;\Rightarrow\; q(k \mid x, S) = p(k \mid x, S)",
        rf"\overline{{|q - p|}}: \quad {number(first, 1)} \to {number(now, 1)}\ <points>",
        Words(
            "$q$: network; $p$: exact posterior of the prior it practised on; $S$: labelled patients. Nothing beats the posterior on average, so practice can only lead there. Müller et al. 2022, corollary 1.1.",
            "$q$：网络；$p$：它所练习的先验下的精确后验；$S$：已确诊患者。平均而言没有比后验更好的答案，所以练习只能走向它。Müller 等 2022，推论 1.1。",
        ),
        {"points": Words("percentage points", "个百分点")},
    )


def closed_form(state: Prior) -> Formula:
    """What is known of both means, and the gap of the shipped network."""
    support = world.simple(state.seed, state.number).support(state.shots)
    known = [world.posterior_mean(support, k) for k in range(2)]
    told = r",\quad ".join(rf"m_{k + 1} = {number(m)}" for k, (m, _) in enumerate(known))
    return Formula(
        r"p(k \mid x, S) \propto \mathcal{N}(x;\ m_k,\ 1 + v_k)",
        rf"{told} \qquad \overline{{|q - p|}} = {number(100 * world.gap(state.seed, state.shots), 1)}\ <points>",
        Words(
            "$\\mathcal{N}$: bell curve of that mean and variance; $m_k = v_k \\sum_{i \\in S_k} x_i$ with $v_k = 1 / (n_k + 1 / \\tau^2)$: the mean of disease $k$ as known from its $n_k$ labelled patients, drawn towards 0 while they are few; $\\tau$ = 1.5: spread of the means in this world. "
            "$q$: the shipped network, three readings averaged and calibrated.",
            "$\\mathcal{N}$：以此为均值与方差的钟形曲线；$m_k = v_k \\sum_{i \\in S_k} x_i$，$v_k = 1 / (n_k + 1 / \\tau^2)$：由 $n_k$ 位已确诊患者得知的疾病 $k$ 的均值，患者少时向 0 收缩；$\\tau$ = 1.5：这个世界中均值的标准差。$q$：自带网络，三次读取取平均并经校准。",
        ),
        {"points": Words("percentage points", "个百分点")},
    )


def both_right(state: Prior) -> Formula:
    """Right answers and sureness of both."""
    formula, network, n = world.right(state)
    sure = [100 * value for value in world.sureness(state)]
    return Formula(
        r"p(k \mid x, S) \ <exact>\ \Leftarrow\ <true>",
        rf"<formula>: \frac{{{formula}}}{{{n}}},\ {number(sure[0], 0)}\,\% \qquad <network>: \frac{{{network}}}{{{n}}},\ {number(sure[1], 0)}\,\%",
        Words(
            "Asked patients named rightly, and mean sureness (the larger of the two probabilities).",
            "判断正确的待判断患者，以及平均把握（两个概率中较大者）。",
        ),
        {
            "exact": Words("is exact", "精确"),
            "true": Words("the prior is true", "先验属实"),
            "formula": Words("formula", "公式"),
            "network": Words("shipped network", "自带网络"),
        },
    )


# -- what is seen ----------------------------------------------------------------------------------------------------


def a_task(state: Prior, shown: bool) -> Figure:
    """A table; its most telling tests once shown."""
    return (pictures.table_of(state), pictures.plane_of(state, asked=False, revealed=True)) if shown else (pictures.table_of(state),)


def an_exercise(state: Prior, shown: bool) -> Figure:
    """Labelled and asked patients, and the network's answers once shown."""
    return pictures.plane_of(state, asked=True, revealed=shown), pictures.answers_of(state, revealed=shown)


def the_fit(state: Prior, shown: bool) -> Figure:
    """The exact answer; the small network beside it once shown."""
    now = state if shown else state.but(practice=0)
    left = pictures.small_curve(now, revealed=shown)
    return (left, pictures.small_learning(now)) if shown else (left,)


def beside_exact(state: Prior, shown: bool) -> Figure:
    """Exact and shipped, along the value and by patients."""
    now = state.but(world="assumed")
    left = pictures.shipped_curve(now, revealed=shown)
    return (left, pictures.shipped_gaps(now)) if shown else (left,)


def broken(state: Prior, shown: bool) -> Figure:
    """The formula where its prior is wrong; the network beside it once shown."""
    now = state if shown else lies_on_both_sides(state)
    left = pictures.shipped_curve(now, revealed=shown)
    return (left, pictures.scores(now)) if shown else (left,)


def lies_on_both_sides(state: Prior) -> Prior:
    """A world that the formula does not know."""
    return state.but(world="faces", shots=8)


def how_many(state: Prior) -> int:
    """0: at most five of twelve right; 1: six to eight; 2: nine or more."""
    right = world.exercise_loss(state)[1]
    return 0 if right <= 5 else 1 if right <= 8 else 2


def as_many(state: Prior) -> Words:
    """The count, and what it is worth."""
    _, right, n = world.exercise_loss(state)
    return Words(
        "{right} of {n}; guessing would give 4. The prior has easy tasks and hopeless ones, as clinics have: press [Next task] and try the other kinds. After each exercise of its practice the network was told the truth and its weights "
        "moved a little. Now they do not move any more: for your patients it only **reads**.",
        "{n} 位中 {right} 位；瞎猜约 4 位。先验里有容易的任务，也有无望的任务，正如临床：请按“下一个任务”，并试试其他类型。练习时每做完一题，网络都会得知真相，权重随之移动一点。如今权重不再移动：面对您的患者，它只**读取**。",
    ).format(right=right, n=n)


def how_far(state: Prior) -> Words:
    """Today's gap, and why it is not zero."""
    return Words(
        "On average over four tasks {g} percentage points apart, with {k} labelled patients of each disease; in one task more, in another less: press [Next task], then [Twice as many patients]. It cannot be zero: the formula **knows** that values are bell-shaped, equally wide and of one kind. The network has practised "
        "on skewed values, outliers, thresholds and gaps as well, its prior is **wider**, so it stays more careful, most of all far from the labelled patients.",
        "每种疾病 {k} 位已确诊患者时，四个任务平均相差 {g} 个百分点，有的任务多些，有的少些：请按“下一个任务”，再按“患者加倍”。差距不会是零：公式**知道**数值呈钟形、宽度相同、只有一种。网络还练习过偏态、离群值、阈值和缺失，它的先验**更宽**，所以更谨慎，在远离已确诊患者处尤其如此。",
    ).format(g=f"{100 * world.gap(state.seed, state.shots):.0f}", k=state.shots)


# -- the script ------------------------------------------------------------------------------------------------------

LESSON = Lesson(
    key="prior_fitted",
    number=7,
    minutes=12,
    title=Words("A prior-fitted network", "先验拟合网络"),
    goal=Words(
        "See that a network can be made ready for your patients by nothing but invented ones, and what it then believes.",
        "看到一个网络可以只靠虚构的患者做好准备，以及它因此相信什么。",
    ),
    after=Words(
        "say what a prior is, why practice on it is the fit, and name a table for which that practice misleads.",
        "说出先验是什么、为什么在其上练习就是拟合，并举出一种会被这种练习误导的表格。",
    ),
    state=Prior,
    screens=(
        Screen(
            title=Words("A clinic that exists nowhere", "一家并不存在的诊所"),
            text=Words(
                "Six patients of each of three diagnoses, five tests; nine of them are shown. A **prior-fitted network** is made by practising on hundreds of thousands of such tables, one after the other.",
                "三种诊断各六位患者，五项检验，此处列出其中九位。**先验拟合网络**就是这样练成的：一张接一张，练习几十万张这样的表格。",
            ),
            question=Question(
                Words("Where do these patients come from?", "这些患者来自哪里？"),
                (Words("A hospital, made anonymous", "一家医院，已匿名"), Words("A textbook", "教科书"), Words("Nowhere: drawn by chance just now", "哪儿也不是：刚刚随机抽出来的")),
                2,
                Words(
                    "No patient is in it. First a disease is invented that moves some tests, then people who have it, then a laboratory that rounds, repeats and leaves gaps. How all that is drawn is the **clinical prior**: what the network will hold for possible. Press [Next task].",
                    "其中没有任何真实患者。先虚构一种会影响某些检验的疾病，再虚构患病的人，然后是会取整、重复、留下缺失的化验室。这一切如何抽取，就是**临床先验**：网络将认为什么是可能的。请按“下一个任务”。",
                ),
            ),
            figure=a_task,
            formula=drawn,
            code=Code(table, "with_repeats(body"),
            acts=(NEXT,),
            knobs=(KIND,),
        ),
        Screen(
            title=Words("An exercise", "一道练习题"),
            text=Words(
                "The network is shown the eighteen labelled patients and asked about twelve others. It answers with probabilities. This is a real answer of the network that comes with MetaMed, on a task it has never seen.",
                "给网络看十八位已确诊患者，再问另外十二位。它以概率作答。这里是 MetaMed 自带的网络在一个从未见过的任务上的真实答案。",
            ),
            question=Question(
                Words("How many of the twelve does it name rightly?", "十二位中它能判对几位？"),
                (Words("At most five", "至多五位"), Words("Six to eight", "六到八位"), Words("Nine or more", "九位或更多")),
                how_many,
                as_many,
            ),
            figure=an_exercise,
            formula=graded,
            code=Code(PriorFittedClassifier._told, "told.logsumexp(0)"),  # noqa: SLF001 - the line that averages the readings stands there
            acts=(NEXT,),
            knobs=(KIND,),
        ),
        Screen(
            title=Words("Practice is the fit", "练习就是拟合"),
            text=Words(
                "Now a world so simple that the right answer can be **calculated**: one laboratory value, two diseases, bell curves. A small new network practises on tasks of this world only. Nobody tells it the formula.",
                "现在换一个简单到可以**算出**正确答案的世界：一项化验值，两种疾病，钟形分布。让一个全新的小网络只在这个世界的任务上练习。没有人告诉它公式。",
            ),
            question=Question(
                Words("What does its answer come near to?", "它的答案会接近什么？"),
                (
                    Words("50 % everywhere: it has no formula", "处处 50%：它没有公式"),
                    Words("The exact answer of Bayes' rule", "贝叶斯公式的精确答案"),
                    Words("A jump at the nearest labelled patient", "在最近的已确诊患者处跳变"),
                ),
                1,
                Words(
                    "Press [Practise]. For a while nothing seems to happen, then the curve bends into the exact one. Whoever wants to lose least on average must answer with the exact probabilities (the **posterior** of this prior): so practice on tasks **is** the fit, computed here as you press.",
                    "请按“练习”。起初似乎毫无动静，随后曲线便向精确答案弯过去。要让平均损失最小，就必须给出精确的概率（这个先验的**后验**）：所以在任务上练习**就是**拟合，您每按一次，这里就真的算一次。",
                ),
            ),
            figure=the_fit,
            reveal=lambda state: state.but(practice=max(state.practice, practice.PORTION)),
            formula=approaches,
            code=Code(PriorFitted.meta_gradient, "loss = _loss("),
            acts=(PRACTISE,),
        ),
        Screen(
            title=Words("The shipped network beside the exact answer", "自带网络与精确答案对照"),
            text=Words(
                "The same simple world, now asked of the **shipped** network, which has practised on the clinical prior and never on this one. The green curve is the exact answer; the dotted one is where it goes with endless patients.",
                "还是那个简单的世界，这次问的是**自带**网络：它练习的是临床先验，从未专门练过这个世界。绿色曲线是精确答案；点线是患者无限多时的归宿。",
            ),
            question=Question(
                Words("How near does it come?", "它能有多接近？"),
                (Words("To the last digit", "分毫不差"), Words("Roughly, and more careful", "大致接近，而且更谨慎"), Words("Not at all", "毫不相干")),
                1,
                how_far,
            ),
            figure=beside_exact,
            formula=closed_form,
            code=Code(world.exact, "logs.append"),
            acts=(MORE, NEXT),
        ),
        Screen(
            title=Words("Try to break it", "试着弄坏它"),
            text=Words(
                "Let disease 2 lie on **both sides** of disease 1, as too little and too much of a hormone do. The formula believes in one bell curve for each disease: its prior is wrong for this table. Then **shuffle the labels**.",
                "让疾病 2 位于疾病 1 的**两侧**，就像某种激素过少与过多。公式认定每种疾病只有一个钟形：对这张表，它的先验是错的。然后**打乱标签**。",
            ),
            question=Question(
                Words("Disease 2 lies on both sides. Who names more patients rightly?", "疾病 2 分居两侧，谁判对的患者更多？"),
                (Words("The formula: it is exact", "公式：它是精确的"), Words("The network: its prior is wider", "网络：它的先验更宽"), Words("Both about the same", "两者差不多")),
                1,
                Words(
                    "Exact means exact **for its prior**. A wrong prior shows as a curve that more patients do not mend. The network has met such diseases and bends. Its own prior is wrong for other tables, such as thousands of gene counts: compare it with "
                    "plain classifiers in Compare. With shuffled labels both should hardly be sure of anything, and what they name rightly is luck.",
                    "所谓精确，是**对它的先验而言**。先验错误的表现是：患者再多，曲线也纠正不过来。网络见过这样的疾病，所以会弯。但对另一些表格，例如成千上万的基因计数，它自己的先验也是错的：请在“比较”页与普通分类器对照。标签打乱之后，两者都应当几乎没有把握，判对多少只是运气。",
                ),
            ),
            figure=broken,
            reveal=lies_on_both_sides,
            formula=both_right,
            code=Code(world.posterior_mean, "precision ="),
            acts=(MORE, NEXT),
            knobs=(WORLD,),
        ),
    ),
    notes=(
        Note(6, Words("Ask before opening: what have you met so often that you expect it in the next patient? That is a prior.", "打开之前先问：您见过多少次，才会预期下一位患者也如此？这就是先验。")),
        Note(9, Words("Screens 1 and 2: each student takes another task number and notes how many of twelve the network names; make a histogram.", "第 1、2 屏：每位学生取一个任务编号，记下网络判对几位；汇成直方图。")),
        Note(10, Words("Screen 3 together: one presses, one calls out the points; when does it bend? What has it been told about Bayes?", "第 3 屏全班：一人按键，一人报出差距；何时开始弯？有没有人告诉过它贝叶斯公式？")),
        Note(10, Words("Screen 4: find the places where the network is more careful than the formula; which of the two would you trust with your own patients?", "第 4 屏：找出网络比公式更谨慎的地方；面对自己的患者，您更信哪一个？")),
        Note(10, Words("Screen 5 in groups: name a table from your field that the clinical prior (docs/prior.md) does not contain.", "第 5 屏分组：举出本专业中一种临床先验（docs/prior.md）没有包含的表格。")),
    ),
)  # fmt: skip
