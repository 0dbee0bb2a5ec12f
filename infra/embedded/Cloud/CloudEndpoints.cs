using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using ServerlessDrives.Embedded.Cloud.Sandbox;

namespace ServerlessDrives.Embedded.Cloud;

/// <summary>
/// <c>/embedded/cloud</c> and <c>/embedded/faults</c>: where the sandbox is, what goes wrong in it on demand, and what it was called for.
/// </summary>
/// <param name="sandbox">Null where AWS, or another server, takes its place.</param>
internal sealed class CloudEndpoints(AwsSandbox? sandbox, Func<SeededCloud> seeded)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        if (sandbox is null)
        {
            routes.MapGet("/embedded/cloud", () => Results.Json(new { aws = (object?)null }));
            return;
        }

        routes.MapGet("/embedded/cloud", () => Describe(sandbox));
        routes.MapPost("/embedded/faults", (FaultWish wish) =>
        {
            sandbox.Faults.Apply(wish);
            return Results.NoContent();
        });
        routes.MapGet("/embedded/faults", () => Results.Json(new
        {
            sandbox.Faults.LatencyMs,
            sandbox.Faults.Throttle,
            sandbox.Faults.PropagationMs,
            sandbox.Faults.BandwidthPerConnection,
            sandbox.Faults.PlainHttp,
            sandbox.Faults.CallCount,
            sandbox.Faults.Calls,
        }));
        routes.MapDelete("/embedded/faults", () =>
        {
            sandbox.Faults.Clear();
            return Results.NoContent();
        });
    }

    private IResult Describe(AwsSandbox sandbox)
    {
        var cloud = seeded();
        return Results.Json(
            new
            {
                aws = new
                {
                    endpoint = sandbox.Endpoint.AbsoluteUri.TrimEnd('/'),
                    tlsEndpoint = sandbox.TlsEndpoint.AbsoluteUri.TrimEnd('/'),
                    certificateAuthority = sandbox.AuthorityFile,
                    region = "us-east-1",
                    principalArn = cloud.PrincipalArn,
                    accounts = new Dictionary<string, object>
                    {
                        [Seed.OurAccount] = new
                        {
                            administrator = new { cloud.OurAdministrator.AccessKeyId, cloud.OurAdministrator.SecretAccessKey },
                        },
                        [Seed.CustomerAccount] = new
                        {
                            administrator = new { cloud.Administrator.AccessKeyId, cloud.Administrator.SecretAccessKey },
                            root = new { cloud.Root.AccessKeyId, cloud.Root.SecretAccessKey },
                            driveUser = new
                            {
                                cloud.DriveUser.AccessKeyId,
                                cloud.DriveUser.SecretAccessKey,
                                cloud.DriveUser.UserName,
                            },
                            buckets = cloud.Buckets,
                            kmsKeyArn = cloud.KmsKeyArn,
                        },
                    },
                },
            }
        );
    }
}
