namespace Partnership.Contracts.Marac;

/// <summary>Why a case should be heard (<c>marac</c> §2). On the wire in CAPS: <c>VISIBLE_HIGH_RISK</c>.</summary>
public enum ReferralCriterion { VisibleHighRisk, ProfessionalJudgement, PotentialEscalation, Repeat }

/// <summary>Where a referral stands (<c>marac</c> §3).</summary>
public enum ReferralStatus { Submitted, InfoRequested, Accepted, RedirectProposed, Redirected, Withdrawn }

/// <summary>Where a case stands (<c>marac</c> §3). States after ACCEPTED come with meetings.</summary>
public enum CaseStatus { Accepted, Withdrawn }

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
