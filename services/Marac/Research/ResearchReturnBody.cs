using Partnership.Contracts.Marac;
using Partnership.Marac.Cases;
using Partnership.Marac.Input;
using Partnership.Marac.Referrals;
using Partnership.Marac.Referrals.Rules;
using Partnership.PartnershipSettings;

namespace Partnership.Marac.Research;

/// <summary>The body of a return: its fields, their limits, and what must be said together. Rests on the body and the clock alone.</summary>
internal static class ResearchReturnBody
{
    public const int ItemLength = 4_000;
    public const int Items = 60;
    private const int Systems = 30;
    private const int Readers = 40;

    public static ResearchReturnRequest? Read(
        ReadOnlyMemory<byte> sent, Party party, bool isOnBehalf, PartnershipConfiguration partnership, DateTimeOffset now, InputReport report)
    {
        var body = BodyReader.Read(sent, report, b => new ResearchReturnRequest
        {
            Nil = b.Flag("nil"),
            Representative = b.Text("representative", ReferralBody.NameLength),
            SearchedAt = b.Moment("searchedAt"),
            SystemsSearched = b.Texts("systemsSearched", Systems, ReferralBody.NameLength),
            KnownPersons = b.Ids("knownPersons", ReferralBody.PeopleListed * 3),
            LastContact = b.Date("lastContact"),
            Items = b.Parts("items", Items, i => new ResearchItemRequest
            {
                Text = i.Text("text", ItemLength, lines: true),
                About = i.Code<AboutWhom>("about"),
                FactOrOpinion = i.Code<FactOrOpinion>("factOrOpinion"),
                DateOfInformation = i.Date("dateOfInformation"),
                Share = i.Flag("share"),
                ReasonNotShared = i.Text("reasonNotShared", ReferralBody.NoteLength, lines: true),
                Health = i.Flag("health"),
                Readers = i.Texts("readers", Readers, 41),
            }),
            ReceivedBy = b.Code<ReceivedBy>("receivedBy"),
        });
        if (body is null) return null;
        CheckSearch(body, partnership, now, report);
        CheckHowItCame(body, isOnBehalf, report);
        if (body.Nil == true) CheckNil(body, report);
        else if (body.Items.Count == 0 && body.KnownPersons.Count == 0 && !report.IsFaulty("items") && !report.IsFaulty("knownPersons"))
            report.Error("items", "nothing-returned", "Say what the agency knows, or whom; where it knows nobody, return nil.");
        var today = partnership.DayAt(now);
        var items = body.Items.Select((item, i) => Check(item, $"items[{i}]", party, isOnBehalf, today, partnership, now, report)).ToList();
        return body with { Items = items };
    }

    /// <summary>Only of a body without faults.</summary>
    public static ResearchContent ContentOf(ResearchReturnRequest body, Func<Guid> newId) => new()
    {
        Representative = body.Representative,
        SearchedAt = body.SearchedAt,
        SystemsSearched = body.SystemsSearched,
        KnownPersons = [.. body.KnownPersons.Distinct()],
        LastContact = body.LastContact,
        Shared =
        [
            .. body.Items.Where(i => i.Share == true).Select(i => new SharedItem
            {
                ItemId = newId(),
                About = i.About ?? AboutWhom.General,
                FactOrOpinion = i.FactOrOpinion ?? FactOrOpinion.Opinion,
                DateOfInformation = i.DateOfInformation,
                Text = i.Text ?? "",
                Health = i.Health ?? true,
                Readers = i.Readers,
            }),
        ],
        Internal =
        [
            .. body.Items.Where(i => i.Share == false).Select(i => new InternalItem
            {
                About = i.About ?? AboutWhom.General,
                FactOrOpinion = i.FactOrOpinion ?? FactOrOpinion.Opinion,
                DateOfInformation = i.DateOfInformation,
                Text = i.Text ?? "",
                ReasonNotShared = i.ReasonNotShared ?? "",
            }),
        ],
    };

    private static void CheckSearch(ResearchReturnRequest body, PartnershipConfiguration partnership, DateTimeOffset now, InputReport report)
    {
        report.Require(body.Representative, "representative", "Say who speaks for the agency.");
        PeopleRules.CheckName(body.Representative, "representative", report);
        report.Require(body.SearchedAt, "searchedAt", "Say when the agency looked.");
        if (body.SearchedAt > now + SubmissionContext.ClockTolerance) report.Error("searchedAt", InputCodes.InFuture, "A search lies in the past.");
        report.RequireAny(body.SystemsSearched, "systemsSearched", "Name the systems that were searched.");
        if (body.LastContact > partnership.DayAt(now)) report.Error("lastContact", InputCodes.InFuture, "The last contact lies in the past.");
    }

    private static void CheckHowItCame(ResearchReturnRequest body, bool isOnBehalf, InputReport report)
    {
        if (isOnBehalf && body.ReceivedBy is (null or ReceivedBy.Platform))
            report.Error("receivedBy", InputCodes.Required, "Say how the agency's return came: EMAIL, PHONE or FORM.");
        if (!isOnBehalf && body.ReceivedBy is not (null or ReceivedBy.Platform))
            report.Error("receivedBy", "coordinator-only", "Only the coordinator enters what came by e-mail, phone or form.");
    }

    private static void CheckNil(ResearchReturnRequest body, InputReport report)
    {
        if (body.Items.Count > 0) report.Error("items", "nil-with-content", "A nil return says that nothing is known.");
        if (body.KnownPersons.Count > 0) report.Error("knownPersons", "nil-with-content", "A nil return says that nobody is known.");
        if (body.LastContact is not null) report.Error("lastContact", "nil-with-content", "A nil return says that nobody is known.");
    }

    private static ResearchItemRequest Check(
        ResearchItemRequest item, string at, Party party, bool isOnBehalf, DateOnly today, PartnershipConfiguration partnership, DateTimeOffset now,
        InputReport report)
    {
        report.Require(item.Text, $"{at}.text", "Write what is known.");
        report.Require(item.About, $"{at}.about", "Say whom it is about.");
        report.Require(item.FactOrOpinion, $"{at}.factOrOpinion", "Say whether this is fact or opinion.");
        report.Require(item.Share, $"{at}.share", "Say whether the meeting may have it.");
        if (item.DateOfInformation > today) report.Error($"{at}.dateOfInformation", InputCodes.InFuture, "What is known dates from the past.");
        if (item.Share == false)
        {
            report.Require(item.ReasonNotShared, $"{at}.reasonNotShared", "Say why it is not shared.");
            if (isOnBehalf) report.Error($"{at}.share", "shared-items-only", "What an agency keeps to itself is entered by that agency alone.");
        }

        if (item is { Share: true, ReasonNotShared: not null })
            report.Error($"{at}.reasonNotShared", "shared-with-reason", "A reason for not sharing stands with an item that is shared.");

        // Health information leaves health with the Caldicott mark only, so that its kind is never left to chance (NR9).
        if (item is { Share: true, Health: null } && !MeetingParties.IsHealth(party.Agency))
            report.Require(item.Health, $"{at}.health", "Say whether this is health information.");
        return item with { Readers = MeetingParties.CheckReaders(item.Readers, $"{at}.readers", partnership, now, report) };
    }
}
