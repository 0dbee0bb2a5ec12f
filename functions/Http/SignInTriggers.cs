using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Http;

/// <param name="Authority">The issuer; its discovery document lies below it.</param>
/// <param name="Scope">What to ask for, separated by spaces.</param>
public sealed record SignInView(string Authority, string ClientId, string Scope);

/// <summary>How the wizard signs people in; public, and without anything secret.</summary>
[Section("Operations")]
public sealed class SignInTriggers(AuthenticationOptions options)
{
    [Function("GetSignIn")]
    [Requires(Need.Nobody)]
    [Summary("How to sign in", Detail = "Which OpenID Connect issuer to ask, as which client, for which scope.")]
    [AnswersResource<SignInView>("Nothing secret.")]
    public IResult Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/signin")] HttpRequest request) =>
        Answers.Resource(request, new SignInView(options.Authority!.AbsoluteUri.TrimEnd('/'), options.ClientId, options.Scope));
}
