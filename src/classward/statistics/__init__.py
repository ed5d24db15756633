"""Pure array mathematics: intervals, calibration error, paired tests, confidence sequences. NumPy only."""

from classward.statistics.bets import RateBets, bets_against
from classward.statistics.calibration_error import BINS, classwise_ece, ece, ece_null, equal_mass_bins
from classward.statistics.calibration_report import calibration_report
from classward.statistics.class_costs import false_negative_costs, false_positive_costs, gamma_cdf
from classward.statistics.clusters import weighted_k_means
from classward.statistics.confidence_sequence import labels_needed, log_evidence, rate_sequence
from classward.statistics.confident import Spoken, spoken_labels
from classward.statistics.conformal import conformal_threshold, set_scores
from classward.statistics.confusion import (
    brier,
    confusion_counts,
    f1_per_class,
    log_losses,
    macro_f1,
    precision_per_class,
    recall_per_class,
    top_k_hits,
    weighted_f1,
)
from classward.statistics.exact import (
    beta_cdf,
    binomial_p,
    clopper_pearson,
    measured_exact,
    rows_needed,
    tolerance_rank,
)
from classward.statistics.fixed_sequence import fallback_rejections
from classward.statistics.intervals import bootstrap_confusion, f1_interval, mean_interval, wilson
from classward.statistics.label_shift import present_shares, reweighted
from classward.statistics.log_odds import dirichlet_log_odds
from classward.statistics.macro_f1_draws import bootstrap_macro_f1
from classward.statistics.margins import Margins, draw_margins, margins_of
from classward.statistics.measures import measured_mean, measured_share, weighted_share
from classward.statistics.novelty import fit_log_odds, novelty_names, novelty_scores
from classward.statistics.ordinal import off_by, quadratic_kappa, rank_error
from classward.statistics.pair_bets import evidence_of_loss, evidence_of_no_loss, pairs_needed
from classward.statistics.paired import holm, mcnemar_p, paired_difference_interval
from classward.statistics.projection import principal_plane
from classward.statistics.ranking import Ranking, ranked
from classward.statistics.resampling import bootstrap_mean
from classward.statistics.restarts import YEAR_DAYS, alarm_level, log_wealth, no_wealth, started
from classward.statistics.shares import difference_interval, fisher_p
from classward.statistics.two_samples import (
    hellinger,
    log_gamma,
    shifted_shares,
    stratified_log_evidence,
    tempered_rates,
    two_sample_log_evidence,
    window_log_evidence,
)
from classward.statistics.unequal_chances import chances_by_benefit, systematic_draw

__all__ = [
    "BINS",
    "YEAR_DAYS",
    "Margins",
    "Ranking",
    "RateBets",
    "Spoken",
    "alarm_level",
    "beta_cdf",
    "bets_against",
    "binomial_p",
    "bootstrap_confusion",
    "bootstrap_macro_f1",
    "bootstrap_mean",
    "brier",
    "calibration_report",
    "chances_by_benefit",
    "classwise_ece",
    "clopper_pearson",
    "conformal_threshold",
    "confusion_counts",
    "difference_interval",
    "dirichlet_log_odds",
    "draw_margins",
    "ece",
    "ece_null",
    "equal_mass_bins",
    "evidence_of_loss",
    "evidence_of_no_loss",
    "f1_interval",
    "f1_per_class",
    "fallback_rejections",
    "false_negative_costs",
    "false_positive_costs",
    "fisher_p",
    "fit_log_odds",
    "gamma_cdf",
    "hellinger",
    "holm",
    "labels_needed",
    "log_evidence",
    "log_gamma",
    "log_losses",
    "log_wealth",
    "macro_f1",
    "margins_of",
    "mcnemar_p",
    "mean_interval",
    "measured_exact",
    "measured_mean",
    "measured_share",
    "no_wealth",
    "novelty_names",
    "novelty_scores",
    "off_by",
    "paired_difference_interval",
    "pairs_needed",
    "precision_per_class",
    "present_shares",
    "principal_plane",
    "quadratic_kappa",
    "rank_error",
    "ranked",
    "rate_sequence",
    "recall_per_class",
    "reweighted",
    "rows_needed",
    "set_scores",
    "shifted_shares",
    "spoken_labels",
    "started",
    "stratified_log_evidence",
    "systematic_draw",
    "tempered_rates",
    "tolerance_rank",
    "top_k_hits",
    "two_sample_log_evidence",
    "weighted_f1",
    "weighted_k_means",
    "weighted_share",
    "wilson",
    "window_log_evidence",
]
