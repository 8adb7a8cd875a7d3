namespace Partnership.Contracts.Marac;

/// <summary>Why a case should be heard (<c>marac</c> §2). On the wire in CAPS: <c>VISIBLE_HIGH_RISK</c>.</summary>
public enum ReferralCriterion { VisibleHighRisk, ProfessionalJudgement, PotentialEscalation, Repeat }

/// <summary>Where a referral stands (<c>marac</c> §3).</summary>
public enum ReferralStatus { Submitted, InfoRequested, Accepted, RedirectProposed, Redirected, Withdrawn }

/// <summary>Where a case stands (<c>marac</c> §3).</summary>
public enum CaseStatus
{
    Accepted, Listed, Research, Heard, ActionsOpen, ClosedFlagged, Closed, TransferredOut, Withdrawn, HeldForReview,
}

/// <summary>Where a research request stands. NIL_RETURNED and CLOSED end the right to the search details.</summary>
public enum ResearchStatus { Open, Returned, NilReturned, Closed }

/// <summary>What a research return says: something, or that the agency does not know the people.</summary>
public enum ReturnStatus { Returned, NilReturned }

/// <summary>Where a meeting stands (<c>marac</c> §3).</summary>
public enum MeetingStatus { Scheduled, AgendaFrozen, InSession, MinutesDraft, MinutesIssued, Cancelled }

/// <summary>Where an action stands. NOT_DONE and NO_LONGER_POSSIBLE (circumstances changed) stay distinct.</summary>
public enum ActionStatus { Open, Done, NotDone, NoLongerPossible }

/// <summary>Where a flag stands: it is kept 12 months, and every agency confirms that it has removed it.</summary>
public enum FlagStatus { Raised, Expired }

/// <summary>Whom a finding or a line is about.</summary>
public enum AboutWhom { Victim, Perpetrator, Child, VulnerableAdult, General }

/// <summary>Whose safety an action is for.</summary>
public enum ActionTarget { Victim, Child, Perpetrator, Staff }

/// <summary>A location of the victim that an amendment changes.</summary>
public enum AmendedField { VictimAddress, VictimPhone }

/// <summary>Role of somebody in a research request.</summary>
public enum ResearchSubject { Victim, Perpetrator, Child }

/// <summary>Where a redirected referral goes; a redirection always names a service, it is never silent.</summary>
public enum OnwardService { Idva, Outreach, Mash }

/// <summary>Why a referral is withdrawn; a victim's objection alone is not a ground.</summary>
public enum WithdrawalGround { Error, Duplicate, NotDomesticAbuse }

/// <summary>An answer to one item of the risk indicator checklist. Only YES counts; DONT_KNOW is not NO.</summary>
public enum ChecklistAnswer { Yes, No, DontKnow, NotAsked }

/// <summary>Whether it is safe to ring a number. UNKNOWN behaves as NO.</summary>
public enum SafeToCall { Yes, No, Unknown }

public enum YesNoUnknown { Yes, No, Unknown }

/// <summary>The victim's view of the referral. NO does not block it; the reason and who decided are then required.</summary>
public enum ConsentAnswer { Yes, No, NotAsked }

public enum Gender { Female, Male, NonBinary, Other, Unknown, PreferNotToSay }

/// <summary>Whether a sentence of a narrative is what somebody saw or heard, or what somebody thinks.</summary>
public enum FactOrOpinion { Fact, Opinion }

/// <summary>How a referral reached the coordinator.</summary>
public enum ReceivedBy { Platform, Email, Phone, Form }
