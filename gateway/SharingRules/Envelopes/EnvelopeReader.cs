using Partnership.Contracts.Records;

namespace Partnership.SharingRules;

/// <summary>One record of a service's answer: its facts, parsed, and its data, as it stands.</summary>
public sealed record Envelope(string Type, Guid Id, RecordFacts Facts, ReadOnlyMemory<byte> Data);

/// <summary>A page of a service's list.</summary>
public sealed record EnvelopePage(IReadOnlyList<Envelope> Items, string? Next);

/// <summary>Reads what services answer. Strict; never throws for any bytes.</summary>
public static class EnvelopeReader
{
    /// <summary>Reads <c>{"type","id","facts","data"}</c>. On failure <paramref name="failure"/> is one of <see cref="ReadFailures"/>.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> body, out Envelope? envelope, out string? failure) => throw new NotImplementedException();

    /// <summary>Reads <c>{"type","id","facts"}</c>, the answer of a facts endpoint; <see cref="Envelope.Data"/> is empty.</summary>
    public static bool TryReadFacts(ReadOnlyMemory<byte> body, out Envelope? envelope, out string? failure) => throw new NotImplementedException();

    /// <summary>Reads <c>{"items":[…],"next":…}</c>; <c>next</c> may be null or absent.</summary>
    public static bool TryReadPage(ReadOnlyMemory<byte> body, out EnvelopePage? page, out string? failure) => throw new NotImplementedException();
}
