def main(input):
    return {"n": 1}
