using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Partnership.Contracts.Marac;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>What becomes of a text that somebody writes into a request.</summary>
internal enum TextPlace
{
    /// <summary>It is read on the case or one of its records, so the location guard is for it.</summary>
    Read,

    /// <summary>It stays in the log: nobody reads it through these records.</summary>
    Kept,

    /// <summary>Read by the agency and team that wrote it, and nobody else.</summary>
    Own,

    /// <summary>A name of somebody: an address is refused.</summary>
    Name,

    /// <summary>A code, an id, an e-mail address, a phone: what is none is refused.</summary>
    Code,

    /// <summary>The location itself, released as such.</summary>
    Location,

    /// <summary>Searched by, and never stored.</summary>
    Term,

    /// <summary>Of no case: nothing to compare it with.</summary>
    NoCase,
}

/// <summary>Every text field of the MARAC's requests, and a body's texts filled in.</summary>
internal static class TextFields
{
    public static IReadOnlyDictionary<string, TextPlace> Places { get; } = new (TextPlace Place, string Fields)[]
    {
        (TextPlace.Read, """
            SubmitReferralRequest.JudgementReason SubmitReferralRequest.ConsentReason SubmitReferralRequest.CrimeReference
            ReferrerRequest.Role VictimRequest.SafeContactVia PhoneRequest.SafeTimes
            DiversityRequest.Ethnicity DiversityRequest.Disability DiversityRequest.LgbtPlus DiversityRequest.Religion
            DiversityRequest.Language DiversityRequest.ImmigrationStatus
            PerpetratorRequest.Address PerpetratorRequest.Relation PerpetratorRequest.Occupation PerpetratorRequest.Weapons
            PerpetratorRequest.LicenceOrderOrBail
            ChildRequest.RelationToVictim ChildRequest.RelationToPerpetrator ChildRequest.SocialWorker ChildRequest.LivesWith
            VulnerableAdultRequest.Relation
            ChecklistRequest.Occupation ChecklistRequest.Weapons ChecklistRequest.Animals ChecklistItemRequest.Comment
            NarrativeRequest.LatestIncident NarrativeRequest.History NarrativeRequest.VictimWishes
            MustNotReceiveRequest.Relation MustNotReceiveRequest.Reason OtherMaracRequest.Area
            SubmitReferralRequest.AfraidOf SubmitReferralRequest.SafeToTalkTo SubmitReferralRequest.ConsentDecisionMaker
            ChecklistRequest.Assessor
            RedirectReferralRequest.Reason RecordRelationRequest.Statement RecordNeedRequest.Reason WriteSummaryRequest.Text
            UnsafeCopyRequest.Reason DeclareConflictRequest.Reason ResearchItemRequest.Text MinutesLineRequest.Text
            AssignActionRequest.Description RecordOutcomeRequest.Outcome
            """),
        (TextPlace.Kept, """
            AcceptReferralRequest.JudgementReason ConfirmRedirectRequest.Reason WithdrawReferralRequest.Reason
            RestrictReadersRequest.Reason ResolveConflictRequest.Reason ClearHoldRequest.Reason AmendCaseRequest.Source
            CloseCaseRequest.Note CaldicottRequest.Reason ConfirmNeedRequest.Reason
            """),
        (TextPlace.Own, "ResearchItemRequest.ReasonNotShared ResearchReturnRequest.SystemsSearched"),
        (TextPlace.Name, """
            ReferrerRequest.Name VictimRequest.Name VictimRequest.Aliases PerpetratorRequest.Name PerpetratorRequest.Aliases
            ChildRequest.Name VulnerableAdultRequest.Name MustNotReceiveRequest.Name SubmitReferralRequest.NotSafeToTalkTo DeclareConflictRequest.Name
            ResearchReturnRequest.Representative
            """),
        (TextPlace.Code, """
            ReferrerRequest.Agency ReferrerRequest.Phone ReferrerRequest.Email PerpetratorRequest.Phones ChecklistItemRequest.Item
            RecordNeedRequest.Groups UnsafeCopyRequest.Agency UnsafeCopyRequest.Team RestrictReadersRequest.People
            DeclareConflictRequest.Person ResearchItemRequest.Readers MinutesLineRequest.Readers AssignActionRequest.OwnerAgency
            AssignActionRequest.OwnerTeam AssignActionRequest.OwnerPerson AssignActionRequest.Needs ConfirmNeedRequest.Groups
            """),
        (TextPlace.Location, "AddressRequest.Lines AddressRequest.Postcode PhoneRequest.Number ChildRequest.School"),
        (TextPlace.Term, "SearchCasesRequest.Name SearchCasesRequest.Phone SearchCasesRequest.Postcode"),
        (TextPlace.NoCase, "ScheduleMeetingRequest.Venue"),
    }.SelectMany(placed => placed.Fields.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(field => (field, placed.Place)))
        .ToDictionary(placed => placed.field, placed => placed.Place);

    /// <summary>Every text field of every request, as <c>Type.Property</c>.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. typeof(SubmitReferralRequest).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(SubmitReferralRequest).Namespace && type.Name.EndsWith("Request", StringComparison.Ordinal))
            .SelectMany(type => TextsOf(type).Select(property => $"{type.Name}.{property.Name}"))
            .Order(StringComparer.Ordinal),
    ];

    public static IEnumerable<string> In(params TextPlace[] places) => Places.Where(placed => places.Contains(placed.Value)).Select(placed => placed.Key);

    /// <summary>The body with every text of these places written anew, whether it stood there or not.</summary>
    public static JsonObject Fill(Type type, JsonObject body, Func<string, string> write, params TextPlace[] places)
    {
        foreach (var property in TextsOf(type))
        {
            var field = $"{type.Name}.{property.Name}";
            if (!places.Contains(Places.GetValueOrDefault(field, TextPlace.Code))) continue;
            body[NameOf(property)] = property.PropertyType == typeof(string) ? write(field) : new JsonArray(write(field));
        }

        foreach (var property in type.GetProperties())
        {
            var inner = property.PropertyType.IsGenericType ? property.PropertyType.GetGenericArguments()[0] : property.PropertyType;
            if (!inner.Name.EndsWith("Request", StringComparison.Ordinal)) continue;
            if (body[NameOf(property)] is JsonObject part) Fill(inner, part, write, places);
            foreach (var one in (body[NameOf(property)] as JsonArray ?? []).OfType<JsonObject>()) Fill(inner, one, write, places);
        }

        return body;
    }

    private static IEnumerable<PropertyInfo> TextsOf(Type type) =>
        type.GetProperties().Where(p => p.PropertyType == typeof(string) || typeof(IEnumerable<string>).IsAssignableFrom(p.PropertyType));

    private static string NameOf(PropertyInfo property) => JsonNamingPolicy.CamelCase.ConvertName(property.Name);
}
