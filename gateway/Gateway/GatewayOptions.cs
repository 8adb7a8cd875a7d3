using Partnership.Gateway.Callers;

namespace Partnership.Gateway;

/// <summary>Settings of the gateway itself; section <c>Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>Answers about hidden and unknown records leave at multiples of this after arrival.</summary>
    public TimeSpan HiddenAnswerStep { get; set; } = TimeSpan.FromMilliseconds(25);

    /// <summary>Largest answer of a service that is looked at; larger ones are not released.</summary>
    public int MaxAnswerBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Largest body of a command.</summary>
    public int MaxCommandBytes { get; set; } = 1024 * 1024;

    /// <summary>How long sharing goes on after InformationSharing last confirmed register and agreements.</summary>
    public TimeSpan LeaseLasts { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Authentication methods (RFC 8176 <c>amr</c>) that count as a second factor, separated by commas.
    /// </summary>
    public string SecondFactors { get; set; } = "mfa,otp,hwk,swk,sc,fpt,face,iris,sms";

    /// <summary>How long a list goes on looking for rows its caller may see.</summary>
    public TimeSpan ListTimeout { get; set; } = TimeSpan.FromSeconds(10);

    public RateLimitOptions RateLimits { get; set; } = new();

    public TimeSpan ServiceTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
