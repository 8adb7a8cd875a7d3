using Partnership.Contracts.Marac;
using Partnership.Marac.Referrals;

namespace Partnership.Marac.Triage;

/// <summary>How sure a match of one person is.</summary>
public enum MatchLevel { None, NameOnly, Sure }

/// <summary>An earlier referral or case that has people in common with a new referral.</summary>
/// <param name="Id">Its id.</param>
/// <param name="IsCase">A case; otherwise a referral.</param>
/// <param name="IsOpen">It still waits for triage or for its meeting.</param>
/// <param name="ReferralAt">When it was referred.</param>
/// <param name="Victim">The same victim.</param>
/// <param name="Perpetrator">At least one perpetrator the same.</param>
/// <param name="VictimIsPerpetratorThere">The new referral's victim is accused there.</param>
/// <param name="PerpetratorIsVictimThere">One of its perpetrators is the victim there.</param>
public sealed record Candidate(
    Guid Id, bool IsCase, bool IsOpen, DateTimeOffset ReferralAt,
    MatchLevel Victim, MatchLevel Perpetrator, MatchLevel VictimIsPerpetratorThere, MatchLevel PerpetratorIsVictimThere)
{
    /// <summary>A case is a victim and a perpetrator set: both names together are enough to look.</summary>
    public bool IsSamePair => Victim != MatchLevel.None && Perpetrator != MatchLevel.None;

    public bool IsReversed =>
        VictimIsPerpetratorThere == MatchLevel.Sure || PerpetratorIsVictimThere == MatchLevel.Sure
        || (VictimIsPerpetratorThere != MatchLevel.None && PerpetratorIsVictimThere != MatchLevel.None);
}

/// <summary>
/// What stored data says about a new referral, for the coordinator alone. A note raises a question for a person; nothing
/// is merged, linked or refused by it.
/// </summary>
public static class TriageNotes
{
    public const string PossibleDuplicate = "possible-duplicate";
    public const string PossibleRepeat = "possible-repeat";
    public const string RepeatNotFound = "repeat-not-found";
    public const string RepeatOutOfWindow = "repeat-out-of-window";
    public const string CounterAllegation = "counter-allegation";

    /// <summary>Two referrals of one pair this close together are probably one incident told by two agencies.</summary>
    private static readonly TimeSpan DuplicateWindow = TimeSpan.FromDays(7);

    /// <param name="criteria">What the new referral claims.</param>
    /// <param name="referralAt">When it was made: the clock of a repeat runs from referral to referral.</param>
    /// <param name="windowMonths">The partnership's window for repeats.</param>
    /// <param name="candidates">Earlier records that have people in common with it, in any order.</param>
    public static IReadOnlyList<TriageNote> From(
        IReadOnlyList<ReferralCriterion> criteria, DateTimeOffset referralAt, int windowMonths, IReadOnlyList<Candidate> candidates)
    {
        var notes = new List<TriageNote>();
        var samePair = candidates.Where(c => c.IsSamePair).ToList();
        var duplicates = samePair.Where(c => IsDuplicate(c, referralAt)).ToList();
        Add(PossibleDuplicate, duplicates);

        var earlier = samePair.Where(c => c.IsCase && !duplicates.Contains(c) && c.ReferralAt < referralAt).ToList();
        var inWindow = earlier.Where(c => c.ReferralAt.AddMonths(windowMonths) >= referralAt).ToList();
        if (!criteria.Contains(ReferralCriterion.Repeat))
            Add(PossibleRepeat, inWindow);
        else if (earlier.Count == 0)
            notes.Add(new TriageNote { Code = RepeatNotFound });
        else if (inWindow.Count == 0)
            Add(RepeatOutOfWindow, earlier);

        Add(CounterAllegation, [.. candidates.Where(c => c.IsReversed)]);
        return notes;

        void Add(string code, List<Candidate> found)
        {
            if (found.Count == 0) return;
            notes.Add(new TriageNote
            {
                Code = code,
                Referrals = [.. found.Where(c => !c.IsCase).Select(c => c.Id).Order()],
                Cases = [.. found.Where(c => c.IsCase).Select(c => c.Id).Order()],
            });
        }
    }

    private static bool IsDuplicate(Candidate candidate, DateTimeOffset referralAt) =>
        (candidate.IsOpen && !candidate.IsCase) || (candidate.ReferralAt - referralAt).Duration() <= DuplicateWindow;
}
