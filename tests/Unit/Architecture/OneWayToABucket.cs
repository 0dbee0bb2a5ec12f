using Mono.Cecil;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Architecture;

/// <summary>
/// What a verification proves is what files use: there is one place that makes requests to a bucket, and one that makes clients for S3.
/// </summary>
public sealed class OneWayToABucket
{
    [Fact]
    public void Requests_to_a_bucket_are_made_in_one_place() =>
        Callers(method =>
                method.Name is "set_BucketName" or "set_SourceBucket" or "set_DestinationBucket"
                && method.DeclaringType.Namespace == "Amazon.S3.Model")
            .ShouldBe(["S3Bucket"]);

    [Fact]
    public void Clients_for_S3_are_made_in_one_place() =>
        Callers(method =>
                method.Name == ".ctor" && method.DeclaringType.FullName is "Amazon.S3.AmazonS3Client" or "Amazon.S3.AmazonS3Config")
            .ShouldBe(["AwsClients"]);

    [Fact]
    public void Sessions_with_a_customers_role_are_asked_for_in_one_place() =>
        Callers(method => method.Name == ".ctor" && method.DeclaringType.Name == "AssumeRoleRequest").ShouldBe(["RoleSessions"]);

    /// <summary>The types of the app, nested ones counted as their outermost, with a method that calls such a method.</summary>
    private static IReadOnlyList<string> Callers(Func<MethodReference, bool> isCalled) =>
        [
            .. Source
                .Types.Where(type =>
                    WithNested(type.Definition)
                        .SelectMany(each => each.Methods)
                        .Where(method => method.HasBody)
                        .Any(method =>
                            method.Body.Instructions.Any(instruction => instruction.Operand is MethodReference called && isCalled(called))))
                .Select(type => type.Name)
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];

    private static IEnumerable<TypeDefinition> WithNested(TypeDefinition type) => type.NestedTypes.SelectMany(WithNested).Prepend(type);
}
