using System.Buffers;

namespace Partnership.SharingRules;

/// <summary>Whether a record's data could be filtered. On failure nothing of the output may be used: answer 502.</summary>
/// <param name="Failure">One of <see cref="ReadFailures"/>; null on success.</param>
public readonly record struct FilterOutcome(string? Failure)
{
    public bool Succeeded => Failure is null;
}

/// <summary>Writes of a record's data exactly what a decision releases.</summary>
public static class FieldFilter
{
    /// <summary>Filters one record's data into <paramref name="output"/>. Never throws for any bytes.</summary>
    public static FilterOutcome Write(ReadOnlySpan<byte> data, ViewSchema schema, in Decision decision, IBufferWriter<byte> output) => throw new NotImplementedException();

    /// <summary>The same for data in several segments.</summary>
    public static FilterOutcome Write(in ReadOnlySequence<byte> data, ViewSchema schema, in Decision decision, IBufferWriter<byte> output) => throw new NotImplementedException();
}
