using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Records;
using Partnership.Contracts.Sharing;
using Partnership.EventStore;

namespace Partnership.InformationSharing.Emergencies;

/// <summary>
/// The one row an emergency is read from. It holds the emergency itself, because what is open and what is overdue follows
/// from the time of reading.
/// </summary>
internal static class EmergencyProjection
{
    public const string View = "emergency";

    /// <summary>Reach of those somebody still has to review.</summary>
    public const string ToReview = "to-review";

    /// <summary>Schemes emergencies exist in: MARAC alone has a way in by screen (<c>information-sharing</c> §5).</summary>
    public const string Scheme = "marac";

    public static SealScope SealOf(Guid emergency) => new(emergency, "emergency", "SHARING");

    public static ViewRow Row(Emergency emergency, long version)
    {
        var opening = emergency.Opening;
        IReadOnlyList<string> reach = [ReachCodes.All, ReachCodes.Author(opening.Person)];
        return new ViewRow(
            View, opening.EmergencyId, version, JsonSerializer.SerializeToUtf8Bytes(emergency, WireJson.Options),
            emergency.AwaitsReview ? [.. reach, ToReview] : reach, opening.At.ToUnixTimeMilliseconds(), []);
    }

    /// <summary>The same row from the log, for making the view anew.</summary>
    public static InlineView Inline() => new()
    {
        Name = View,
        StreamType = EmergencyStreams.EmergencyType,
        Seal = stream => SealOf(stream.StreamId),
        Project = source => Row(Emergency.Of(source.Main.Events.Select(e => (EmergencyEvent)e.Data)), source.Version),
    };

    public static Emergency Read(LoadedView row) =>
        JsonSerializer.Deserialize<Emergency>(row.Body.Span, WireJson.Options) ?? throw new InvalidOperationException("An empty row.");

    public static RecordEnvelope<EmergencyView> Envelope(LoadedView row, DateTimeOffset now)
    {
        var emergency = Read(row);
        return new RecordEnvelope<EmergencyView>
        {
            Type = RecordTypes.SharingEmergency,
            Id = row.Id,
            Facts = FactsOf(emergency, row.Version),
            Data = DataOf(emergency, now),
        };
    }

    public static RecordFacts FactsOf(Emergency emergency, long version) => new()
    {
        Version = version,
        State = JsonNamingPolicy.SnakeCaseUpper.ConvertName(emergency.ReviewState.ToString()),
        Scheme = Scheme,
        Author = new AuthorFact(emergency.Opening.Person, emergency.Opening.Agency, emergency.Opening.Team),
    };

    private static EmergencyView DataOf(Emergency emergency, DateTimeOffset now)
    {
        var opening = emergency.Opening;
        return new EmergencyView
        {
            Type = opening.Type,
            OpenedAt = opening.At,
            Until = opening.Until,
            Open = emergency.IsOpen(now),
            OpenedBy = new EmergencyActorView { PersonId = opening.Person, Agency = opening.Agency, Team = opening.Team, Role = opening.Role },
            RecordType = emergency.RecordType,
            RecordId = emergency.RecordId,
            Uses = [.. emergency.Uses.Select(u => new EmergencyUseView { At = u.At, EntryId = u.EntryId })],
            OpenedRecently = opening.OpenedRecently,
            Repeated = opening.Repeated,
            Review = emergency.ReviewState,
            ReviewBy = opening.ReviewBy,
            ReviewOverdue = emergency.IsOverdue(now),
            ReviewedAt = emergency.Review?.At,
            Reason = opening.Reason,
            PersonName = opening.PersonName,
            PersonDateOfBirth = opening.PersonDateOfBirth,
            ReviewNote = emergency.Review?.Note,
        };
    }
}
