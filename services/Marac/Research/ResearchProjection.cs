using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.EventStore;
using Partnership.Marac.CaseItems;
using Partnership.Marac.Cases;

namespace Partnership.Marac.Research;

/// <summary>What is kept of a request. Whom to look for, and who may, is read from the case.</summary>
internal sealed record RequestRow(Guid CaseId, string Agency, string? Team, ResearchStatus Status, DateOnly DueOn);

/// <summary>What is kept of a return beside its shared items.</summary>
/// <param name="Author">Whose it is: the person who sent it, or nobody's name where the coordinator entered it.</param>
/// <param name="View">Without its shared items, which stand in the row as items.</param>
internal sealed record ReturnRow(AuthorFact Author, ResearchReturnView View);

/// <summary>The rows of one agency's research: the request under the case's key, the return under the agency's own.</summary>
internal static class ResearchProjection
{
    /// <summary>In place of a person: the coordinator entered a return, and it is the agency's nonetheless (NR7).</summary>
    private const string OnBehalf = "on-behalf";

    public static ViewRow Request(AgencyResearch research)
    {
        var it = research.Request;
        return new ViewRow(
            CaseFamilies.Requests, it.RequestId, research.RequestVersion,
            JsonSerializer.SerializeToUtf8Bytes(new RequestRow(it.CaseId, it.Agency, it.Team, research.Status, it.DueOn), WireJson.Options),
            [ReachCodes.All, ReachCodes.Addressee(it.Agency, it.Team), CaseFamilies.CodeOf(it.CaseId)],
            it.RequestedAt.ToUnixTimeMilliseconds(), []);
    }

    public static ViewRow Return(AgencyResearch research)
    {
        var it = research.Returned ?? throw new InvalidOperationException("There is no return.");
        return new ViewRow(
            CaseFamilies.Returns, it.ReturnId, research.ReturnVersion, ItemRow.Body(it.Content.Shared.Select(i => ItemOf(research, it, i)), RowOf(it)),
            [ReachCodes.All, ReachCodes.AuthorAgency(it.Agency, it.Team), CaseFamilies.CodeOf(it.CaseId)],
            it.ReturnedAt.ToUnixTimeMilliseconds(), []);
    }

    /// <summary>
    /// Rows of requests from the log, for making the view anew. Of what an agency answered they tell that it did and whether it
    /// found anything, which is plain; the rest is under the agency's key, and a request is under its case's.
    /// </summary>
    public static InlineView InlineRequests() => new()
    {
        Name = CaseFamilies.Requests,
        StreamType = ResearchStreams.StreamType,
        Id = stream => ResearchStreams.Fold(stream).Request.RequestId,
        Seal = stream => CaseProjection.SealOf(ResearchStreams.Fold(stream).Request.CaseId),
        Version = source => ResearchStreams.Fold(source.Main).RequestVersion,
        FromPlainValues = true,
        Project = source => Request(ResearchStreams.Fold(source.Main)),
    };

    /// <summary>Rows of returns from the log. There is none until the agency has answered.</summary>
    public static InlineView InlineReturns() => new()
    {
        Name = CaseFamilies.Returns,
        StreamType = ResearchStreams.StreamType,
        Seal = stream => ResearchStreams.Fold(stream) is { Returned: not null } it ? ResearchStreams.SealOf(it.Request.CaseId, it.Party) : null,
        Version = source => ResearchStreams.Fold(source.Main).ReturnVersion,
        Project = source => Return(ResearchStreams.Fold(source.Main)),
    };

    private static CaseItem ItemOf(AgencyResearch research, ResearchReturned it, SharedItem item) => new(
        new ItemFact(item.ItemId)
        {
            Owner = new MemberFact(it.Agency, it.Team),
            Readers = MeetingParties.FactsOf(item.Readers),
            Health = item.Health,
            Caldicott = research.Released.Contains(item.ItemId),
        },
        it.ReturnedAt,
        item.Text,
        new FindingView
        {
            ItemId = item.ItemId,
            Agency = it.Agency,
            Team = it.Team,
            About = item.About,
            FactOrOpinion = item.FactOrOpinion,
            DateOfInformation = item.DateOfInformation,
            Text = item.Text,
            Health = item.Health,
            Readers = item.Readers,
        });

    private static ReturnRow RowOf(ResearchReturned it) => new(
        new AuthorFact(it.ReceivedBy == ReceivedBy.Platform ? it.ReturnedBy : OnBehalf, it.Agency, it.Team),
        new ResearchReturnView
        {
            CaseId = it.CaseId,
            Agency = it.Agency,
            Team = it.Team,
            Nil = it.Nil,
            ReturnedAt = it.ReturnedAt,
            ReceivedBy = it.ReceivedBy,
            Representative = it.Content.Representative,
            LastContact = it.Content.LastContact,
            KnownPersons = it.Content.KnownPersons,
            SystemsSearched = it.Content.SystemsSearched,
            SearchedAt = it.Content.SearchedAt,
            Internal =
            [
                .. it.Content.Internal.Select(i => new InternalFindingView
                {
                    About = i.About,
                    FactOrOpinion = i.FactOrOpinion,
                    DateOfInformation = i.DateOfInformation,
                    Text = i.Text,
                    ReasonNotShared = i.ReasonNotShared,
                }),
            ],
        });
}
