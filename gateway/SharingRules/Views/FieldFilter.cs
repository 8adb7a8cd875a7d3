using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Partnership.SharingRules;

/// <summary>Whether a record's data could be filtered. On failure nothing of the output may be used: answer 502.</summary>
/// <param name="Failure">One of <see cref="ReadFailures"/>; null on success.</param>
public readonly record struct FilterOutcome(string? Failure)
{
    public bool Succeeded => Failure is null;
}

/// <summary>Writes of a record's data exactly what a decision releases.</summary>
/// <remarks>
/// A property leaves when its own group is released: whole, for the nearest keyed record around it, or as a flag. A
/// record inside a record leaves by its own facts, stripped of them, with what is withheld of it and its obligations. Members
/// that the contract does not have are dropped, whatever they hold. What breaks the contract fails closed: a duplicate,
/// another kind of value, a key that is not first, text that is not UTF-8. Whether a frame, a list or a flag is written
/// depends on the decision and never on the data. Values are copied as they stand, white space between them is not.
/// </remarks>
public static class FieldFilter
{
    /// <summary>Filters one record's data into <paramref name="output"/>. Never throws for any bytes.</summary>
    /// <exception cref="ArgumentException">The decision was made for another view, which is a mistake of the caller's.</exception>
    /// <param name="data">The record's data as the service wrote it.</param>
    /// <param name="schema">The view the decision was made for.</param>
    /// <param name="decision">What leaves.</param>
    /// <param name="output">Where it goes.</param>
    /// <param name="nested">Decides records inside the record; without it, a view that releases any fails closed.</param>
    public static FilterOutcome Write(ReadOnlySpan<byte> data, ViewSchema schema, in Decision decision, IBufferWriter<byte> output, INestedRecords? nested = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(output);
        if (decision.Permitted && !ReferenceEquals(decision.View, schema)) throw new ArgumentException("The decision was made for another view.", nameof(schema));
        if (!Utf8.IsValid(data)) return new FilterOutcome(ReadFailures.NotUtf8);
        try
        {
            var walk = new FilterWalk(data, decision, output, nested);
            return new FilterOutcome(walk.Run(schema.Root));
        }
        catch (JsonException)
        {
            return new FilterOutcome(ReadFailures.NotJson);
        }
    }

    /// <summary>The same for data in several segments, which are brought together first.</summary>
    public static FilterOutcome Write(in ReadOnlySequence<byte> data, ViewSchema schema, in Decision decision, IBufferWriter<byte> output, INestedRecords? nested = null)
    {
        if (data.IsSingleSegment) return Write(data.FirstSpan, schema, decision, output, nested);
        var length = checked((int)data.Length);
        var together = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            data.CopyTo(together);
            return Write(together.AsSpan(0, length), schema, decision, output, nested);
        }
        finally
        {
            // The pool hands the array to anybody next.
            together.AsSpan(0, length).Clear();
            ArrayPool<byte>.Shared.Return(together);
        }
    }
}
