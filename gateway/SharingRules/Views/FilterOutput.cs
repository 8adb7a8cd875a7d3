using System.Buffers;

namespace Partnership.SharingRules;

/// <summary>Small copies into an <see cref="IBufferWriter{T}"/> without asking it for room each time.</summary>
internal ref struct FilterOutput(IBufferWriter<byte> output)
{
    private const int Chunk = 4096;

    private readonly IBufferWriter<byte> output = output;
    private Span<byte> room;
    private int used;

    public void Write(byte value)
    {
        if (used == room.Length) Refill();
        room[used++] = value;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.TryCopyTo(room[used..]))
        {
            used += bytes.Length;
            return;
        }

        WriteInParts(bytes);
    }

    /// <summary>A text as it stood, between its quotes.</summary>
    public void WriteQuoted(ReadOnlySpan<byte> text)
    {
        Write((byte)'"');
        Write(text);
        Write((byte)'"');
    }

    public void Flush()
    {
        output.Advance(used);
        room = default;
        used = 0;
    }

    private void WriteInParts(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (used == room.Length) Refill();
            var part = Math.Min(bytes.Length, room.Length - used);
            bytes[..part].CopyTo(room[used..]);
            used += part;
            bytes = bytes[part..];
        }
    }

    private void Refill()
    {
        if (used > 0) output.Advance(used);
        used = 0;
        room = output.GetSpan(Chunk);
    }
}
