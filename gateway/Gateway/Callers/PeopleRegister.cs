using System.Collections.Frozen;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Sharing;
using Partnership.Gateway.Forwarding;
using Partnership.Ledger;

namespace Partnership.Gateway.Callers;

/// <summary>
/// The people and agencies register as InformationSharing last served it, asked for again three times a second so that a leaver
/// loses access within a second. Without a first answer nobody is known and every token is refused.
/// </summary>
public sealed class PeopleRegister(ServiceClient services, SharingLease lease, PartnershipDays days, TimeProvider clock, ILogger<PeopleRegister> log)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1), AnswerWithin = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim refreshing = new(1);
    private volatile Snapshot? current;
    private long lastTried;
    private bool failing;

    /// <summary>Whether a register has been loaded since start.</summary>
    public bool IsLoaded => current is not null;

    /// <summary>
    /// The person behind issuer and subject, with the hat asked for (the first one where none is). Null where the register
    /// knows no such person today, or the issuer may not assert that hat's agency.
    /// </summary>
    public RegisteredCaller? Find(string issuer, string subject, string? hat)
    {
        if (current is not { } snapshot || !snapshot.People.TryGetValue((issuer, subject), out var person)) return null;
        var today = days.Today;
        if (person.From > today || person.Until < today) return null;
        var worn = hat is null ? person.Hats.Count > 0 ? person.Hats[0] : null : person.Hats.FirstOrDefault(h => h.Name == hat);
        if (worn is null) return new RegisteredCaller(person, null, snapshot.Version);
        if (!snapshot.Agencies.TryGetValue(worn.Agency, out var agency) || agency.From > today || agency.Until < today) return null;
        return snapshot.Issuers.TryGetValue(issuer, out var asserts) && asserts.Contains(worn.Agency)
            ? new RegisteredCaller(person, worn, snapshot.Version)
            : null;
    }

    public override void Dispose()
    {
        base.Dispose();
        refreshing.Dispose();
    }

    public IEnumerable<string> Agencies => current?.Agencies.Keys.AsEnumerable() ?? [];

    /// <summary>
    /// Whether the gateway may share now. Where the last heartbeat is too old, asks for another one first, so that sharing
    /// goes on with the very request that finds it mended.
    /// </summary>
    public async ValueTask<bool> MayShareAsync()
    {
        if (lease.IsHeld) return true;
        // Who asks is told soon: a service that hangs is as good as away.
        if (!await refreshing.WaitAsync(Patience)) return lease.IsHeld;
        try
        {
            // Whoever waited here finds what the one before found.
            if (!lease.IsHeld && (lastTried == 0 || clock.GetElapsedTime(lastTried) > Interval)) await TryRefreshAsync(CancellationToken.None);
        }
        finally
        {
            refreshing.Release();
        }

        return lease.IsHeld;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await refreshing.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested) return;
            try
            {
                await TryRefreshAsync(stoppingToken);
            }
            finally
            {
                refreshing.Release();
            }

            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TryRefreshAsync(CancellationToken cancellationToken)
    {
        string? reason;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(AnswerWithin);
            reason = await RefreshAsync(limit.Token) ? null : "no fresh heartbeat for this register and these agreements";
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            reason = exception.GetType().Name;
        }

        lastTried = clock.GetTimestamp();
        if (reason is not null && !failing) log.LogWarning("The people register cannot be confirmed ({Reason}); the last one stays in force until its time is over.", reason);
        if (reason is null && failing) log.LogInformation("The people register is confirmed again.");
        failing = reason is not null;
    }

    /// <summary>A register is taken, and the lease extended, only by a heartbeat that names exactly these bytes.</summary>
    private async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        using var answer = await services.GetInternalAsync("information-sharing", "/internal/register", current is { } known ? $"?since={known.Version}" : "", cancellationToken);
        answer.EnsureSuccessStatusCode();
        var header = answer.Headers.TryGetValues(Heartbeat.HeaderName, out var values) ? values.SingleOrDefault() : null;
        if (lease.Read(header) is not { } heartbeat) return false;
        if (answer.StatusCode != HttpStatusCode.NoContent)
        {
            var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            if (Convert.ToHexStringLower(SHA256.HashData(body)) != heartbeat.RegisterDigest) return false;
            current = Read(body, heartbeat.RegisterDigest);
        }

        if (current is not { } register || register.Version != heartbeat.RegisterVersion || register.Digest != heartbeat.RegisterDigest) return false;
        lease.Extend(heartbeat);
        return true;
    }

    private static Snapshot Read(byte[] body, string digest)
    {
        var register = JsonSerializer.Deserialize<RegisterSnapshot>(body, WireJson.Options) ?? throw new JsonException("An empty register.");
        return new Snapshot(
            register.Version,
            digest,
            register.People.ToFrozenDictionary(p => (p.Issuer, p.Subject)),
            register.Agencies.ToFrozenDictionary(a => a.Code),
            register.Issuers.ToFrozenDictionary(i => i.Issuer, i => i.Agencies.ToFrozenSet()));
    }

    private sealed record Snapshot(
        long Version,
        string Digest,
        FrozenDictionary<(string Issuer, string Subject), RegisteredPerson> People,
        FrozenDictionary<string, RegisteredAgency> Agencies,
        FrozenDictionary<string, FrozenSet<string>> Issuers);
}

/// <summary>A person of the register and the hat they wear; <see cref="Hat"/> is null when they have none of that name.</summary>
public sealed record RegisteredCaller(RegisteredPerson Person, RegisteredHat? Hat, long RegisterVersion);
