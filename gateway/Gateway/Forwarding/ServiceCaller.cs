using Partnership.Gateway.Operations;
using Partnership.ServiceDefaults;
using Decision = Partnership.SharingRules.Decision;

namespace Partnership.Gateway.Forwarding;

/// <summary>The caller as a service is told of them: by pseudonym, with the rule and the law they act under.</summary>
public static class ServiceCaller
{
    public static Caller Of(SharingRequest request, Decision? decision = null) => new()
    {
        Person = request.Principal.Pseudonym,
        Agency = request.Principal.Agency,
        Team = request.Principal.Team,
        Role = request.Principal.Role,
        Hat = request.Principal.Hat,
        Session = request.Session,
        Purpose = request.Purpose,
        LegalPower = decision?.Basis?.LegalPower,
        LawfulBasis = decision?.Basis?.LawfulBasis,
        Condition = decision?.Basis?.Condition,
        Regime = decision?.Basis?.Regime,
        Agreement = decision?.Agreement,
        AgreementSet = decision?.AgreementSet,
        Rule = decision is { RuleIds.Count: > 0 } made ? made.RuleIds[0] : null,
        Classification = decision?.Classification,
        Correlation = request.Correlation,
    };
}
