using System.Security.Cryptography;
using System.Text;
using Partnership.EventStore;

namespace Partnership.InformationSharing.Emergencies;

/// <summary>Loads and appends to the streams of emergencies.</summary>
internal sealed class EmergencyStreams(IEventStore store)
{
    public const string EmergencyType = "sharing_emergency";
    private const string CountType = "sharing_emergency_count";

    /// <summary>Null when there is none, or none any more.</summary>
    public async Task<(Emergency Emergency, long Version)?> LoadAsync(Guid id, CancellationToken cancellationToken)
    {
        var stream = await store.LoadAsync(id, cancellationToken);
        if (stream.Version == 0 || stream.Erased || stream.Events[0].Data is not EmergencyEvent) return null;
        return (Emergency.Of(stream.Events.Select(e => (EmergencyEvent)e.Data)), stream.Version);
    }

    /// <summary>When this person opened emergencies, and the version of the stream that says so.</summary>
    public async Task<(IReadOnlyList<DateTimeOffset> At, long Version)> CountAsync(string person, CancellationToken cancellationToken)
    {
        var stream = await store.LoadAsync(CountOf(person), cancellationToken);
        return ([.. stream.Events.Select(e => e.Data).OfType<EmergencyCounted>().Select(e => e.At)], stream.Version);
    }

    public Task<AppendVerdict> OpenAsync(EmergencyOpened opened, long countVersion, IdempotencyRow? once, EventHeaders headers, CancellationToken cancellationToken)
    {
        var emergency = Emergency.Of([opened]);
        var counted = new EmergencyCounted { EmergencyId = opened.EmergencyId, At = opened.At };
        var count = CountOf(opened.Person);
        return store.AppendAsync(
            new Append
            {
                Streams =
                [
                    Of(emergency, 0, opened),
                    new StreamAppend(count, CountType, countVersion, [Numbered(counted, opened.At)], new SealScope(count, "emergency-count", "SHARING"), []),
                ],
                Idempotency = once,
                Headers = headers,
            },
            cancellationToken);
    }

    public Task<AppendVerdict> AppendAsync(Emergency before, long version, EmergencyEvent happened, EventHeaders headers, CancellationToken cancellationToken) =>
        store.AppendAsync(new Append { Streams = [Of(before.After(happened), version, happened)], Headers = headers }, cancellationToken);

    private static StreamAppend Of(Emergency after, long version, EmergencyEvent happened) => new(
        happened.EmergencyId, EmergencyType, version, [Numbered(happened, happened.At)], EmergencyProjection.SealOf(happened.EmergencyId),
        [EmergencyProjection.Row(after, version + 1)]);

    private static NewEvent Numbered(object happened, DateTimeOffset at) => new(Guid.CreateVersion7(at), happened, at);

    /// <summary>One stream for each person, named after their pseudonym (RFC 9562 version 8).</summary>
    private static Guid CountOf(string person)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes("emergency-count|" + person), hash);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
