using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.EventStore;
using Partnership.Marac.CaseItems;
using Partnership.Marac.Cases;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Research;

/// <summary>Requests and returns as they are read: rows of their own, with people, addresses and facts of the case as it is now.</summary>
internal static class ResearchReading
{
    public static Task<IResult> ListRequestsAsync(
        HttpRequest request, CallerContext caller, IEventStore store, PartnershipConfiguration partnership, TimeProvider clock, CancellationToken ct) =>
        Reading.PageAsync(store, CaseFamilies.OfRequest, As(RequestOf, partnership, clock), caller, request, ct);

    public static Task<IResult> ReadRequestAsync(
        Guid id, IEventStore store, PartnershipConfiguration partnership, TimeProvider clock, CancellationToken ct) =>
        Reading.RecordAsync(store, CaseFamilies.OfRequest, As(RequestOf, partnership, clock), id, ct);

    public static Task<IResult> ReadRequestFactsAsync(
        Guid id, IEventStore store, PartnershipConfiguration partnership, TimeProvider clock, CancellationToken ct) =>
        Reading.FactsAsync(store, CaseFamilies.OfRequest, As(RequestOf, partnership, clock), id, ct);

    /// <summary>The request of one agency by the case it is about, for the admission of its return.</summary>
    public static Task<IResult> ReadFactsOfAgencyAsync(
        Guid id, string agency, string? team, IEventStore store, PartnershipConfiguration partnership, TimeProvider clock, CancellationToken ct) =>
        Reading.FactsAsync(store, CaseFamilies.OfRequest, As(RequestOf, partnership, clock), ResearchStreams.RequestIdOf(id, PartyOfRoute.Written(agency, team)), ct);

    public static Task<IResult> ListReturnsAsync(
        HttpRequest request, CallerContext caller, IEventStore store, PartnershipConfiguration partnership, TimeProvider clock, CancellationToken ct) =>
        Reading.PageAsync(store, CaseFamilies.OfReturn, As(ReturnOf, partnership, clock), caller, request, ct);

    public static Task<IResult> ReadReturnAsync(
        Guid id, IEventStore store, PartnershipConfiguration partnership, TimeProvider clock, CancellationToken ct) =>
        Reading.RecordAsync(store, CaseFamilies.OfReturn, As(ReturnOf, partnership, clock), id, ct);

    public static Task<IResult> ReadReturnFactsAsync(
        Guid id, IEventStore store, PartnershipConfiguration partnership, TimeProvider clock, CancellationToken ct) =>
        Reading.FactsAsync(store, CaseFamilies.OfReturn, As(ReturnOf, partnership, clock), id, ct);

    private static Func<ViewFamily, ReadOnlyMemory<byte>?> As(
        Func<RecordOfCase, ReadOnlyMemory<byte>> answer, PartnershipConfiguration partnership, TimeProvider clock)
    {
        var today = partnership.DayAt(clock.GetUtcNow());
        return family => RecordOfCase.Of(family, today) is { } read ? answer(read) : null;
    }

    private static ReadOnlyMemory<byte> RequestOf(RecordOfCase read)
    {
        var row = read.Read<RequestRow>();
        var it = read.Case.Data;
        var status = StatusOf(row, read.Case);
        return JsonSerializer.SerializeToUtf8Bytes(
            new RecordEnvelope<ResearchRequestView>
            {
                Type = RecordTypes.MaracResearchRequest,
                Id = read.Row.Id,
                Facts = read.Facts(CodeNames.Of(status)) with { Addressee = new MemberFact(row.Agency, row.Team) },
                Data = new ResearchRequestView
                {
                    CaseId = row.CaseId,
                    Agency = row.Agency,
                    Team = row.Team,
                    Status = status,
                    DueOn = row.DueOn,
                    People = PeopleOf(it),
                    Addresses =
                    [
                        .. it.Victim.Addresses.Select(a => new ResearchAddressView { AddressId = a.AddressId, Lines = a.Lines, Postcode = a.Postcode }),
                    ],
                },
            },
            WireJson.Options);
    }

    /// <summary>Heard or taken off the case, a request is closed: the right to the search details has ended.</summary>
    private static ResearchStatus StatusOf(RequestRow row, RecordEnvelope<CaseView> it) =>
        row.Status == ResearchStatus.NilReturned
        || (it.Data.Status == CaseStatus.Research && it.Facts.Members.Contains(new MemberFact(row.Agency, row.Team)))
            ? row.Status
            : ResearchStatus.Closed;

    private static IReadOnlyList<ResearchPersonView> PeopleOf(CaseView it) =>
    [
        new ResearchPersonView
        {
            PersonId = it.Victim.PersonId,
            Is = ResearchSubject.Victim,
            Name = it.Victim.Name,
            Aliases = it.Victim.Aliases,
            DateOfBirth = it.Victim.DateOfBirth,
        },
        .. it.Perpetrators.Select(p => new ResearchPersonView
        {
            PersonId = p.PersonId,
            Is = ResearchSubject.Perpetrator,
            Name = p.Name,
            Aliases = p.Aliases,
            DateOfBirth = p.DateOfBirth,
        }),
        .. it.Children.Select(c => new ResearchPersonView
        {
            PersonId = c.PersonId,
            Is = ResearchSubject.Child,
            Name = c.Name,
            DateOfBirth = c.DateOfBirth,
            ExpectedOn = c.ExpectedOn,
        }),
    ];

    private static ReadOnlyMemory<byte> ReturnOf(RecordOfCase read)
    {
        var row = ItemRow.Record<ReturnRow>(read.Row);
        var items = ItemRow.Items(CaseFamilies.Returns, read.Row, new CaseGuard(read.CaseRow)).ToList();
        return JsonSerializer.SerializeToUtf8Bytes(
            new RecordEnvelope<ResearchReturnView>
            {
                Type = RecordTypes.MaracResearchReturn,
                Id = read.Row.Id,
                Facts = read.Facts(CodeNames.Of(row.View.Nil ? ResearchStatus.NilReturned : ResearchStatus.Returned)) with
                {
                    Author = row.Author,
                    Items = [.. items.Select(i => Opened<ItemFact>(i.Fact))],
                },
                Data = row.View with { Shared = [.. items.Select(i => Opened<FindingView>(i.Data))] },
            },
            WireJson.Options);
    }

    private static T Opened<T>(byte[] json) =>
        JsonSerializer.Deserialize<T>(json, WireJson.Options) ?? throw new InvalidOperationException("An item of a row is empty.");
}
