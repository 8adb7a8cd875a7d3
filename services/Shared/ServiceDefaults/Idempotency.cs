using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Partnership.EventStore;

namespace Partnership.ServiceDefaults;

/// <summary>
/// Makes a creating command that is sent twice have one effect and one answer. A key belongs to its caller, hat and route;
/// another caller's equal key is another key.
/// </summary>
public sealed class Idempotency(IEventStore store, IOptions<EventStoreOptions> options, TimeProvider clock)
{
    public const string HeaderName = "Idempotency-Key";

    private readonly Lazy<byte[]> key = new(() => HKDF.DeriveKey(
        HashAlgorithmName.SHA256, KeyFiles.ReadSymmetric(options.Value.SearchKeyFile, "EventStore:SearchKeyFile"), 32,
        info: "partnership/idempotency/v1"u8.ToArray()));

    /// <summary>
    /// Looks at the request's key before anything is decided. With <see cref="IdempotentCommand.Answer"/> set the command is
    /// over: answer that.
    /// </summary>
    public async Task<IdempotentCommand> BeginAsync(HttpContext http, CallerContext caller, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(caller);
        var sent = http.Request.Headers[HeaderName];
        if (sent.Count == 0)
            return new IdempotentCommand(null, [], null, clock);
        if (sent is not [{ Length: > 0 and <= 255 } value] || !value.All(static c => c is > ' ' and < (char)127))
            return new IdempotentCommand(null, [], Problem.Invalid(HeaderName, "malformed", "Send one key of up to 255 visible ASCII characters."), clock);

        // The key is the sender's text, so what is stored is a hash of it too.
        var whose = new IdempotencyKey(
            caller.Caller.Person, caller.Caller.Agency, caller.Caller.Hat, caller.Route, Convert.ToHexStringLower(Hash("key\n"u8, Encoding.ASCII.GetBytes(value))));
        var body = Hash("body\n"u8, caller.Body.Span);
        var before = await store.FindIdempotentAsync(whose, cancellationToken);
        return new IdempotentCommand(whose, body, before is null ? null : IdempotentCommand.Repeat(before, body), clock);
    }

    private byte[] Hash(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> data)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Value);
        mac.AppendData(kind);
        mac.AppendData(data);
        return mac.GetHashAndReset();
    }
}

/// <summary>One creating command and the key it came with, if it came with one.</summary>
public sealed class IdempotentCommand
{
    private readonly IdempotencyKey? key;
    private readonly byte[] bodyHash;
    private readonly TimeProvider clock;

    internal IdempotentCommand(IdempotencyKey? key, byte[] bodyHash, IResult? answer, TimeProvider clock)
    {
        this.key = key;
        this.bodyHash = bodyHash;
        this.clock = clock;
        Answer = answer;
    }

    /// <summary>Set when there is nothing left to do: the answer of the first time, 422 for another body, 400 for a bad key.</summary>
    public IResult? Answer { get; }

    /// <summary>The row for the append; null when the request had no key.</summary>
    /// <param name="subject">The record created, with whose erasure the row goes.</param>
    public IdempotencyRow? Row(int status, string? location, Guid subject) =>
        key is null ? null : new IdempotencyRow(key, bodyHash, status, location, subject, clock.GetUtcNow());

    /// <summary>The answer when the append found that another request with this key was faster.</summary>
    public IResult Settle(AppendVerdict.AlreadyDone verdict)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        return Repeat(verdict.Answer, bodyHash);
    }

    internal static IResult Repeat(IdempotentAnswer before, byte[] bodyHash)
    {
        if (!CryptographicOperations.FixedTimeEquals(before.BodyHash, bodyHash))
            return Problem.KeyReused();
        return before.Status == StatusCodes.Status201Created
            ? TypedResults.Created(before.Location)
            : TypedResults.StatusCode(before.Status);
    }
}
